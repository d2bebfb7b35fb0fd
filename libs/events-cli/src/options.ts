import { parseArgs } from 'node:util';

/** One option of a command. */
export interface OptionSpec {
  type: 'string' | 'boolean';
  short?: string;
  /** Whether it may be given several times. */
  multiple?: true;
  /** The placeholder of its value in the help: `<id>`. */
  value?: string;
  what: string;
}

/** Options by their names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What stands on a command line: options with their values, and the words besides them. */
export interface CommandLine {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  words: string[];
}

/**
 * Reads a command line.
 *
 * @param refuse is called with what is wrong; it throws
 */
export function readCommandLine(
  argv: readonly string[],
  specs: OptionSpecs,
  refuse: (problem: string) => never,
): CommandLine {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple ? { multiple } : {}) },
    ]),
  );
  // Not strict: the messages of parseArgs do not say what was expected.
  const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) refuse(`expected ${namesOf(specs)}; got ${rawName}`);
    const takesValue = spec.type === 'string';
    if (!takesValue && value !== undefined) refuse(`expected ${rawName} without a value, got ${JSON.stringify(value)}`);
    if (takesValue && value === undefined) refuse(`expected ${rawName} ${spec.value ?? '<value>'}, got no value`);
    if (takesValue && !inlineValue && /^-./.test(value ?? '')) {
      refuse(
        `expected ${rawName} ${spec.value ?? '<value>'}, got the option ${value ?? ''}; ` +
          `write a value that begins with "-" as --${name}=${value ?? ''}`,
      );
    }
  }
  return { values: parsed.values, words: parsed.positionals };
}

function namesOf(specs: OptionSpecs): string {
  return Object.keys(specs)
    .map((name) => `--${name}`)
    .join(', ');
}
