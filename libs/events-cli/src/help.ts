import type { ProjectCommand } from 'nestjs-event-streams/core';
import { safe } from 'nestjs-event-streams/text';
import { COMMON_OPTIONS, type CommandHelp } from './command.js';
import type { OptionSpecs } from './options.js';
import type { Paint } from './terminal/paint.js';

const EXIT_CODES = [
  ['0', 'success; also when Ctrl-C ends monitor or tail'],
  ['1', 'a limit is exceeded, an entry does not exist, or you answered no'],
  ['2', 'the command line or a setting is wrong'],
  ['3', 'Redis cannot be reached, or refuses to serve'],
  ['4', 'another failure'],
  ['130', 'interrupted by Ctrl-C'],
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
    'Shows and operates event streams in Redis. Commands that only show something change nothing, and take no event from a',
    'group.',
    '',
    paint('bold', 'Commands'),
    ...listed([
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ['help [command]', 'explain a command, with examples and the Redis commands that it sends'],
    ]),
    ...(own.length === 0 ? [] : ['', paint('bold', 'Commands of this project (events.config.mjs)'), ...listed(own)]),
    '',
    paint('bold', 'Options of every command'),
    ...listed(optionLines(COMMON_OPTIONS)),
    '',
    paint('bold', 'Exit codes'),
    ...listed(EXIT_CODES),
    '',
    'NO_COLOR turns colours off. In a pipe, nothing is coloured or shortened.',
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
    paint('bold', 'Options of every command'),
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

/** Two columns. A text that is too long for the first column has its own line. */
function listed(lines: readonly (readonly [string, string])[]): string[] {
  const width = lines.reduce((most, [left]) => Math.min(34, Math.max(most, left.length)), 0);
  return lines.flatMap(([left, right]) =>
    left.length > width
      ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`]
      : [`  ${left.padEnd(width)}  ${right}`.trimEnd()],
  );
}
