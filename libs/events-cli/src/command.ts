import { UsageError } from './cli-errors.js';
import type { Context, OfflineContext } from './context.js';
import type { ExitCode } from './exit-codes.js';
import { readCommandLine, type OptionSpec, type OptionSpecs } from './options.js';

type ValueOf<S extends OptionSpec> = S extends { type: 'boolean' }
  ? boolean
  : S extends { multiple: true }
    ? string[]
    : string;

/** The given options of a command. */
export type Options<S extends OptionSpecs> = { readonly [name in keyof S]?: ValueOf<S[name]> };

/** Options that each command has. */
export const COMMON_OPTIONS = {
  url: { type: 'string', value: '<url>', what: 'where Redis is (REDIS_URL, or redis://127.0.0.1:6379)' },
  prefix: { type: 'string', value: '<prefix>', what: 'the prefix of all keys (EVENTS_PREFIX)' },
  json: { type: 'boolean', what: 'print JSON, one object on each line' },
  help: { type: 'boolean', short: 'h', what: 'show this help' },
} as const satisfies OptionSpecs;

/** The help of a command. */
export interface CommandHelp {
  /** One word, or two: `dead-letters list`. */
  name: string;
  /** Its arguments, without options: `<stream> <id>`. */
  usage: string;
  summary: string;
  about: string;
  options: OptionSpecs;
  /** Command lines, and what each one does. */
  examples: readonly (readonly [line: string, what: string])[];
  /** The Redis commands that it sends. */
  redis: readonly (readonly [command: string, what: string])[];
}

/** A command line after parsing. */
export type Invocation = { common: Options<typeof COMMON_OPTIONS> } & (
  | { isOffline: false; run(context: Context): Promise<ExitCode> }
  | { isOffline: true; run(context: OfflineContext): Promise<ExitCode> }
);

/** A command of the table. */
export interface Command extends CommandHelp {
  /** @throws UsageError */
  parse(argv: readonly string[]): Invocation;
}

/** The help of a command, and its work, which gets the options with their types. */
interface Definition<S extends OptionSpecs, C> extends CommandHelp {
  options: S;
  /** How many arguments it takes besides options. */
  words: readonly [least: number, most: number];
  run(context: C, words: readonly string[], options: Options<S>): Promise<ExitCode>;
}

/** Makes a command that uses Redis. */
export function defineCommand<const S extends OptionSpecs>(command: Definition<S, Context>): Command {
  return {
    ...command,
    parse(argv) {
      const { common, words, options } = parsed(command, argv);
      return { common, isOffline: false, run: (context) => command.run(context, words, options) };
    },
  };
}

/** Makes a command that does not use Redis. */
export function defineOfflineCommand<const S extends OptionSpecs>(command: Definition<S, OfflineContext>): Command {
  return {
    ...command,
    parse(argv) {
      const { common, words, options } = parsed(command, argv);
      return { common, isOffline: true, run: (context) => command.run(context, words, options) };
    },
  };
}

function parsed<S extends OptionSpecs>(command: Definition<S, never>, argv: readonly string[]) {
  const { values, words } = readCommandLine(argv, { ...command.options, ...COMMON_OPTIONS }, (problem) => {
    throw new UsageError(`events ${command.name}: ${problem}. See: events help ${command.name}`);
  });
  const common = values as Options<typeof COMMON_OPTIONS>;
  const [least, most] = command.words;
  if (!common.help && (words.length < least || words.length > most)) {
    const got = words.length === 0 ? 'nothing' : words.join(' ');
    throw new UsageError(
      `Expected: events ${command.name} ${command.usage}; got ${got}. See: events help ${command.name}`,
    );
  }
  return { common, words, options: values as Options<S> };
}
