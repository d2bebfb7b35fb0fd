import { parseArgs } from 'node:util';
import { UsageError } from './cli-errors.js';
import type { Context } from './context.js';
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
export interface Invocation {
  common: Options<typeof COMMON_OPTIONS>;
  /** Whether it asks Redis for nothing. */
  isOffline: boolean;
  run(context: Context): Promise<ExitCode>;
}

/** A command of the table. */
export interface Command extends CommandHelp {
  /** @throws UsageError */
  parse(argv: readonly string[]): Invocation;
}

/** Makes a command; what it runs gets its options with their types. */
export function defineCommand<const S extends OptionSpecs>(
  command: CommandHelp & {
    options: S;
    /** Whether it asks Redis for nothing. @default false */
    isOffline?: boolean;
    /** How many words it takes besides options. */
    words: readonly [least: number, most: number];
    run(context: Context, words: readonly string[], options: Options<S>): Promise<ExitCode>;
  },
): Command {
  return {
    ...command,
    parse(argv) {
      const { values, positionals } = parse(command, argv);
      const common = values as Options<typeof COMMON_OPTIONS>;
      const [least, most] = command.words;
      if (!common.help && (positionals.length < least || positionals.length > most)) {
        const got = positionals.length === 0 ? 'nothing' : positionals.join(' ');
        throw new UsageError(`Expected: events ${command.name} ${command.usage}; got ${got}. ${seeHelp(command)}`);
      }
      const { isOffline = false } = command;
      return { common, isOffline, run: (context) => command.run(context, positionals, values as Options<S>) };
    },
  };
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
