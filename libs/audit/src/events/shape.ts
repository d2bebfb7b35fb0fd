/** What is wrong with a value, in words that begin with its path; undefined when nothing is. Never shows texts: they may be personal. */
export type Check = (value: unknown, path: string) => string | undefined;

/** A JSON object. */
export type Data = Readonly<Record<string, unknown>>;

/** A check with one condition. @param expected goes on after "must be" */
export function must(expected: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => (holds(value) ? undefined : `${path} must be ${expected}, got ${shown(value)}`);
}

/** A text for which something holds, beside its being one. */
export function text(expected: string, holds: (value: string) => boolean): Check {
  return must(expected, (value) => typeof value === 'string' && holds(value));
}

/** A whole number between two, both included. */
export function whole(least: number, most: number): Check {
  return must(
    `a whole number from ${String(least)} to ${String(most)}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Check {
  return must(`one of ${texts.join(', ')}`, (value) => typeof value === 'string' && texts.includes(value));
}

/** Whatever passes the check, and what is not there. */
export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

/** An object whose properties pass; it may have others. */
export function object(properties: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(properties);
  return (value, path) => {
    if (!isObject(value)) return `${path} must be an object, got ${shown(value)}`;
    for (const [name, check] of checks) {
      const problem = check(
        Object.hasOwn(value, name) ? value[name] : undefined,
        path === '' ? name : `${path}.${name}`,
      );
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** A list of 1 to `most` items that pass. */
export function list(most: number, item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      return `${path} must be a list of 1 to ${String(most)}, got ${shown(value)}`;
    }
    for (let index = 0; index < value.length; index += 1) {
      const problem = item(value[index], `${path}.${String(index)}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** Both checks, the second one only of what passed the first. */
export function both(first: Check, second: Check): Check {
  return (value, path) => first(value, path) ?? second(value, path);
}

/** Whether it is a JSON object. */
export function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  return typeof value === 'string' ? `a text of ${String(value.length)} characters` : 'an object';
}
