/** The limits of a request's JSON. */
export interface ShapeLimits {
  /** Levels of nested objects and arrays. */
  maxDepth: number;
  /** Items of one array. */
  maxItems: number;
  /** Properties of one object. */
  maxProperties: number;
  /** Values altogether: objects, arrays, strings, numbers. */
  maxValues: number;
}

const MAX_SHOWN_KEY_LENGTH = 40;

/**
 * Which limit a parsed body exceeds, as a text; undefined if none. It runs before every other check, and does not look into a value
 * that is too long, so that the rejection of a large body costs little.
 */
export function shapeProblem(body: unknown, limits: ShapeLimits): string | undefined {
  let values = 0;
  const look = (value: unknown, path: readonly string[]): string | undefined => {
    values += 1;
    if (values > limits.maxValues) return `the body must have no more than ${String(limits.maxValues)} values`;
    if (typeof value === 'string' && !isWellFormed(value)) {
      return `${named(path)} must be Unicode text, got an unpaired surrogate`;
    }
    if (typeof value !== 'object' || value === null) return undefined;
    if (path.length >= limits.maxDepth) {
      return `${named(path)} must not be nested deeper than ${String(limits.maxDepth)} levels`;
    }
    if (Array.isArray(value)) {
      if (value.length > limits.maxItems) {
        return `${named(path)} must contain no more than ${String(limits.maxItems)} elements, got ${String(value.length)}`;
      }
      return first(value, (item, index) => look(item, [...path, String(index)]));
    }
    const entries = Object.entries(value);
    if (entries.length > limits.maxProperties) {
      return `${named(path)} must have no more than ${String(limits.maxProperties)} properties, got ${String(entries.length)}`;
    }
    return first(entries, ([key, inner]) => look(inner, [...path, key]));
  };
  return look(body, []);
}

function first<T>(items: readonly T[], problemOf: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** An unpaired surrogate has no form in UTF-8, and validators throw for it. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

function named(path: readonly string[]): string {
  if (path.length === 0) return 'the body';
  return path
    .map((key) => (key.length > MAX_SHOWN_KEY_LENGTH ? `${key.slice(0, MAX_SHOWN_KEY_LENGTH)}…` : key))
    .join('.');
}
