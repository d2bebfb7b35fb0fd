/** Returns what is wrong with a value, as a text that begins with its path; undefined if it is valid. Never shows a text, which may be personal. */
export type Check = (value: unknown, path: string) => string | undefined;

/** A JSON object. */
export type Data = Readonly<Record<string, unknown>>;

/** A check of one condition. @param expected follows "must be" in the message */
export function must(expected: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => (holds(value) ? undefined : `${path} must be ${expected}, got ${shown(value)}`);
}

/** A text that meets a condition. */
export function text(expected: string, holds: (value: string) => boolean): Check {
  return must(expected, (value) => typeof value === 'string' && holds(value));
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number): Check {
  return must(
    `a whole number from ${String(min)} to ${String(max)}`,
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  );
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Check {
  return must(`one of ${texts.join(', ')}`, (value) => typeof value === 'string' && texts.includes(value));
}

/** A value that passes the check, or undefined. */
export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

/** An object whose properties pass their checks. It may have further properties. */
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

/** A list of 1 to `max` items that pass the check. */
export function list(max: number, item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > max) {
      return `${path} must be a list of 1 to ${String(max)} items, got ${shown(value)}`;
    }
    for (let index = 0; index < value.length; index += 1) {
      const problem = item(value[index], `${path}.${String(index)}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** Both checks; the second one only if the first has passed. */
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
  if (Array.isArray(value)) return `a list of ${String(value.length)} items`;
  return typeof value === 'string' ? `a text of ${String(value.length)} characters` : 'an object';
}
