import { parseArgs } from 'node:util';
import { Failure } from '../failure.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value of `parseArgs`: `true` if an option that takes a value was given without one. */
export type OptionValue = string | boolean | (string | boolean)[] | undefined;

export interface OptionsOfCommand {
  /** What users type, such as `npm start`. */
  readonly command: string;
  readonly options: Readonly<Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }>>;
}

/**
 * Reads the options of a command that npm runs. Their values must be checked by the caller.
 * @throws Failure for an argument that is not an option of the command
 */
export function readOptions(
  args: readonly string[],
  env: Environment,
  { command, options }: OptionsOfCommand,
): Readonly<Record<string, OptionValue>> {
  rejectOptionsTakenByNpm(env, { command, options });
  const { values, tokens } = parseArgs({
    args: [...args],
    strict: false, // the messages of strict mode do not say what an option takes
    tokens: true,
    options,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new Failure(`Expected options, got "${token.value}". Try: ${command} -- --help`);
    }
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) throw new Failure(`Unknown option ${token.rawName}. Try: ${command} -- --help`);
    if (option.type === 'boolean' && token.value !== undefined) {
      throw new Failure(`${token.rawName} takes no value, got "${token.value}".`);
    }
  }
  return values;
}

/** `npm start --rate 20`, without the two dashes, sets an option of npm itself, which npm passes on as a variable only. */
function rejectOptionsTakenByNpm(env: Environment, { command, options }: OptionsOfCommand) {
  for (const [name, { type }] of Object.entries(options)) {
    // `--no-simulation` sets `simulation` of npm. The other boolean options, such as `--quiet`, npm has itself.
    if (type === 'boolean' && !name.startsWith('no-')) continue;
    if (env[`npm_config_${name.replace(/^no-/, '')}`] === undefined) continue;
    throw new Failure(
      `npm has taken --${name} as its own option. Put two dashes before the options: ${command} -- --${name} …`,
    );
  }
}

/**
 * Checks a number.
 * @param range `or`: a text that the option takes, too
 * @returns null if the option was not given
 * @throws Failure that says what the option takes and what was given
 */
export function parseNumber(
  name: string,
  value: OptionValue,
  { from, above, to, whole, or }: { from?: number; above?: number; to: number; whole: boolean; or?: string },
): number | null {
  if (value === undefined) return null;
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  const inRange = number <= to && (from === undefined || number >= from) && (above === undefined || number > above);
  if (inRange && (!whole || Number.isInteger(number))) return number;
  const range =
    from === undefined ? `above ${String(above)}, up to ${String(to)}` : `from ${String(from)} to ${String(to)}`;
  const takes = `a ${whole ? 'whole number' : 'number'} ${range}${or === undefined ? '' : `, or ${or}`}`;
  throw new Failure(`${name} takes ${takes}, got ${shown(value)}.`);
}

/** A value, as messages show it. */
export function shown(value: OptionValue): string {
  return typeof value === 'string' && value !== '' ? `"${value}"` : 'nothing';
}
