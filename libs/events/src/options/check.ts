import { ConfigurationError } from '../model/errors/configuration.js';
import { demandKnownOptions } from '../model/option-names.js';

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const MEBIBYTE = 2 ** 20;

/** An option, as errors name it. */
export class OptionName {
  /**
   * @param caller what the options are given to: `EventsModule`, `createWorker`, `@EventHandler on OrderHandlers.onOrderPlaced`
   * @param path the option's place in them: `consumer.blockMs`
   */
  constructor(
    readonly caller: string,
    readonly path: string,
  ) {}

  /** An option within this one. */
  in(name: string): OptionName {
    return new OptionName(this.caller, `${this.path}.${name}`);
  }
}

/** Checks the value of one option, and gives the default where there is none. */
export interface Check<T> {
  /**
   * @param siblings what was given for the options beside it
   * @throws ConfigurationError that names the option, what came and what it takes
   */
  (option: OptionName, given: unknown, siblings: Readonly<Record<string, unknown>>): T;
  /** The names of the options within it, where they are always the same. */
  readonly inner?: readonly string[];
}

/** The check of each option of `T`: an option without one does not compile. */
export type Checks<T> = { readonly [K in keyof T]: Check<T[K]> };

/** Checks options that stand together: `consumer` with all that it has. */
export function group<T>(checks: Checks<T>): Check<T> {
  const check: Check<T> = (option, given = {}) => {
    if (typeof given !== 'object' || given === null) throw wrong(option, 'an object', given);
    return resolveEach(checks, given as Readonly<Record<string, unknown>>, option);
  };
  return Object.assign(check, { inner: namesIn(checks) });
}

/**
 * @param of what the options are of: the option that they stand in, or the name of what takes them
 * @throws ConfigurationError also for an option that does not exist
 */
export function resolveEach<T>(
  checks: Checks<T>,
  given: Readonly<Record<string, unknown>>,
  of: OptionName | string,
): T {
  const [caller, parent] = typeof of === 'string' ? [of, ''] : [of.caller, `${of.path}.`];
  demandKnownOptions(caller, given, namesIn(checks), parent);
  const resolved = Object.entries<Check<unknown>>(checks).map(([name, check]) => {
    return [name, check(new OptionName(caller, parent + name), given[name], given)] as const;
  });
  return Object.fromEntries(resolved) as T;
}

/** The names of options, and of those within them. */
function namesIn<T>(checks: Checks<T>): string[] {
  return Object.entries<Check<unknown>>(checks).flatMap(([name, { inner = [] }]) => [
    name,
    ...inner.map((one) => `${name}.${one}`),
  ]);
}

/** A whole number; a required one without `fallback`. */
export function wholeNumber({ min, max, fallback }: { min: number; max: number; fallback?: number }): Check<number> {
  return (option, given) => {
    const value = given ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw wrong(option, `a whole number from ${String(min)} to ${String(max)}`, value);
  };
}

export function trueOrFalse(fallback: boolean): Check<boolean> {
  return (option, given) => {
    const value = given ?? fallback;
    if (typeof value === 'boolean') return value;
    throw wrong(option, 'true or false', value);
  };
}

/** One of some texts, of which the first is the default. */
export function oneOf<const T extends string>(...texts: readonly [T, ...T[]]): Check<T> {
  return (option, given) => {
    const found = texts.find((text) => text === (given ?? texts[0]));
    if (found !== undefined) return found;
    throw wrong(option, listed(texts), given);
  };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** A text that can be a part of a key. */
export const keyPart: Check<string> = (option, given) => {
  if (typeof given === 'string' && NAME.test(given)) return given;
  throw wrong(option, 'letters, digits, "_", "." and "-"', given);
};

/** `"one", "two" or "three"` */
export function listed(texts: readonly string[]): string {
  const quoted = texts.map((text) => `"${text}"`);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].join(' or ');
}

export function wrong({ caller, path }: OptionName, expected: string, value: unknown): ConfigurationError {
  return new ConfigurationError(
    `${caller}: expected ${path} as ${expected}, got ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
  );
}
