import { parseArgs } from 'node:util';
import { UsageError } from './cli-errors.js';
import type { Context, OfflineContext } from './context.js';
import type { ExitCode } from './exit-codes.js';

/** One option of a command. */
export interface OptionSpec {
  type: 'string' | 'boolean';
  short?: string;
  /** Whether it may be given several times. */
  multiple?: true;
  /** What stands for its value in the help: `<id>`. */
  value?: string;
  what: string;
}

/** Options by their names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S extends { type: 'boolean' }
  ? boolean
  : S extends { multiple: true }
    ? string[]
    : string;

/** What was given of a command's options. */
export type Options<S extends OptionSpecs> = { readonly [name in keyof S]?: ValueOf<S[name]> };

/** Options that each command has. */
export const COMMON_OPTIONS = {
  url: { type: 'string', value: '<url>', what: 'where Redis is; else REDIS_URL' },
  prefix: { type: 'string', value: '<prefix>', what: 'of every key; else EVENTS_PREFIX' },
  json: { type: 'boolean', what: 'JSON, one object a line' },
  help: { type: 'boolean', short: 'h', what: 'this help' },
} as const satisfies OptionSpecs;

/** What a command says of itself. */
export interface CommandHelp {
  /** One word, or two: `dead-letters list`. */
  name: string;
  /** What it takes, without options: `<stream> <id>`. */
  usage: string;
  summary: string;
  about: string;
  options: OptionSpecs;
  /** A command line, and what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /** The Redis commands that it is made of. */
  redis: readonly (readonly [command: string, what: string])[];
}

/** A command line that was understood. */
export type Invocation = { common: Options<typeof COMMON_OPTIONS> } & (
  | { isOffline: false; run(context: Context): Promise<ExitCode> }
  | { isOffline: true; run(context: OfflineContext): Promise<ExitCode> }
);

/** A command of the table. */
export interface Command extends CommandHelp {
  /** @throws UsageError */
  parse(argv: readonly string[]): Invocation;
}

/** What a command says of itself, and does; what it runs gets its options with their types. */
interface Definition<S extends OptionSpecs, C> extends CommandHelp {
  options: S;
  /** How many words it takes besides options. */
  words: readonly [least: number, most: number];
  run(context: C, words: readonly string[], options: Options<S>): Promise<ExitCode>;
}

/** Makes a command that works on Redis. */
export function defineCommand<const S extends OptionSpecs>(command: Definition<S, Context>): Command {
  return {
    ...command,
    parse(argv) {
      const { common, words, options } = understood(command, argv);
      return { common, isOffline: false, run: (context) => command.run(context, words, options) };
    },
  };
}

/** Makes a command that asks Redis for nothing. */
export function defineOfflineCommand<const S extends OptionSpecs>(command: Definition<S, OfflineContext>): Command {
  return {
    ...command,
    parse(argv) {
      const { common, words, options } = understood(command, argv);
      return { common, isOffline: true, run: (context) => command.run(context, words, options) };
    },
  };
}

function understood<S extends OptionSpecs>(command: Definition<S, never>, argv: readonly string[]) {
  const { values, positionals: words } = parse(command, argv);
  const common = values as Options<typeof COMMON_OPTIONS>;
  const [least, most] = command.words;
  if (!common.help && (words.length < least || words.length > most)) {
    const got = words.length === 0 ? 'nothing' : words.join(' ');
    throw new UsageError(`Expected: events ${command.name} ${command.usage}; got ${got}. ${seeHelp(command)}`);
  }
  return { common, words, options: values as Options<S> };
}

function parse(command: CommandHelp, argv: readonly string[]) {
  try {
    const options = Object.fromEntries(
      Object.entries({ ...command.options, ...COMMON_OPTIONS } as OptionSpecs).map(
        ([name, { type, short, multiple }]) => [
          name,
          { type, ...(short === undefined ? {} : { short }), ...(multiple ? { multiple } : {}) },
        ],
      ),
    );
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    // parseArgs explains at length; its first sentence says what is wrong.
    const [what = ''] = cause.message.split(/\. |\n/, 1);
    throw new UsageError(`${what.replace(/\.$/, '')}. ${seeHelp(command)}`, { cause });
  }
}

function seeHelp({ name }: CommandHelp): string {
  return `See: events help ${name}`;
}
