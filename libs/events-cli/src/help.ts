import type { ProjectCommand } from 'nestjs-event-streams/core';
import { safe } from 'nestjs-event-streams/text';
import { COMMON_OPTIONS, type CommandHelp, type OptionSpecs } from './command.js';
import type { Paint } from './terminal/paint.js';

const EXIT_CODES = [
  ['0', 'done, and as it should be'],
  ['1', 'not so: a lag above its limit, no such entry, or the answer was no'],
  ['2', 'the command line is wrong'],
  ['3', 'Redis cannot be reached, or does not serve'],
  ['4', 'failed: Redis refused it, or an error of this program'],
  ['130', 'interrupted by Ctrl-C in the middle of something'],
] as const;

/** The help of all commands. */
export function overview(
  commands: readonly CommandHelp[],
  project: Readonly<Record<string, ProjectCommand>>,
  paint: Paint,
): string[] {
  const own = Object.entries(project).map(([name, { summary }]) => [safe(name), safe(summary)] as const);
  return [
    'Usage: events <command> [options]',
    '',
    'Looks at event streams in Redis, and operates them. Looking changes nothing and takes no event from anybody.',
    '',
    paint('bold', 'Commands'),
    ...listed([
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ['help [command]', 'what a command does, with examples and the Redis commands it is made of'],
    ]),
    ...(own.length === 0 ? [] : ['', paint('bold', 'Commands of this project (events.config.mjs)'), ...listed(own)]),
    '',
    paint('bold', 'Options of each command'),
    ...listed(optionLines(COMMON_OPTIONS)),
    '',
    paint('bold', 'Exit codes'),
    ...listed(EXIT_CODES),
    '',
    'NO_COLOR turns colours off. Without a terminal the output is plain and nothing is cut.',
  ];
}

/** The help of one command. */
export function helpOf(command: CommandHelp, paint: Paint): string[] {
  const { name, usage, summary, about, options, examples, redis } = command;
  const specific = optionLines(options);
  return [
    `Usage: events ${[name, usage].filter(Boolean).join(' ')} [options]`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    ...about.trim().split('\n'),
    '',
    ...(specific.length === 0 ? [] : [paint('bold', 'Options'), ...listed(specific), '']),
    paint('bold', 'Options of each command'),
    ...listed(optionLines(COMMON_OPTIONS)),
    '',
    paint('bold', 'Examples'),
    ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]),
    '',
    paint('bold', 'The same with redis-cli'),
    ...listed(redis),
  ];
}

function optionLines(options: OptionSpecs): [string, string][] {
  return Object.entries(options).map(([name, { short, value, multiple, what }]) => [
    `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    multiple ? `${what}; may be repeated` : what,
  ]);
}

/** Two columns; what stands in the first and is too long for it has a line of its own. */
function listed(lines: readonly (readonly [string, string])[]): string[] {
  const width = lines.reduce((most, [left]) => Math.min(34, Math.max(most, left.length)), 0);
  return lines.flatMap(([left, right]) =>
    left.length > width
      ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`]
      : [`  ${left.padEnd(width)}  ${right}`.trimEnd()],
  );
}
