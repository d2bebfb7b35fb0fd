/** Values that generated code uses by name. */
export class Scope {
  readonly values: unknown[] = [];

  /** @returns the name by which the code finds this value */
  readonly add = (value: unknown): string => `$${String(this.values.push(value) - 1)}`;
}

/** Makes a function of its source text; undefined where the process forbids it. */
export type Generate = (source: string, scope: Scope) => unknown;

/**
 * Makes a function of its source text. It reads properties faster than a function that gets their names as values:
 * docs/internals/performance.md#a-property-that-the-source-text-names-is-a-load-from-a-fixed-place
 *
 * @returns undefined where the process forbids it (`--disallow-code-generation-from-strings`)
 */
export const generate: Generate = (source, scope) => {
  const names = scope.values.map((_, index) => `$${String(index)}`);
  try {
    // No injection: the text has property names as quoted strings, and the scope has all other values of decorators.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const make = new Function(...names, `'use strict'; return ${source};`) as (...values: unknown[]) => unknown;
    return make(...scope.values);
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
};
