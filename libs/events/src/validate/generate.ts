/** Values that generated code names. */
export class Scope {
  readonly values: unknown[] = [];

  /** @returns the name by which the code finds this value */
  readonly add = (value: unknown): string => `$${String(this.values.push(value) - 1)}`;
}

/** Makes a function of its source text; undefined where that is forbidden. */
export type Generate = (source: string, scope: Scope) => unknown;

/**
 * Makes a function of its source text. V8 compiles a property that is named in the text to a load from a fixed place,
 * which one that is named by a variable never is.
 *
 * @returns undefined where the process forbids it (`--disallow-code-generation-from-strings`)
 */
export const generate: Generate = (source, scope) => {
  const names = scope.values.map((_, index) => `$${String(index)}`);
  try {
    // Names of properties are quoted in the text, and everything else that a decorator was given is in the scope.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const make = new Function(...names, `'use strict'; return ${source};`) as (...values: unknown[]) => unknown;
    return make(...scope.values);
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
};
