/** What the JSON of a request may be at most, whatever it is about. */
export interface ShapeLimits {
  /** Objects and arrays within each other. */
  maxDepth: number;
  /** Members of one array. */
  maxItems: number;
  /** Properties of one object. */
  maxProperties: number;
  /** Values altogether: objects, arrays, texts, numbers. */
  maxValues: number;
}

const MAX_SHOWN_KEY_LENGTH = 40;

/**
 * What is too much about a parsed body, in words; undefined for nothing. It comes before all that looks at the members, so
 * that refusing a body costs little however many they are: what is too long is not gone into.
 */
export function shapeProblem(body: unknown, limits: ShapeLimits): string | undefined {
  let values = 0;
  const look = (value: unknown, path: readonly string[]): string | undefined => {
    values += 1;
    if (values > limits.maxValues) return `the body must have no more than ${String(limits.maxValues)} values`;
    if (typeof value === 'string' && !isWellFormed(value)) {
      return `${named(path)} must be Unicode text, got half a surrogate pair`;
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

/** Half a character has no UTF-8; validators throw at it. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

function named(path: readonly string[]): string {
  if (path.length === 0) return 'the body';
  return path
    .map((key) => (key.length > MAX_SHOWN_KEY_LENGTH ? `${key.slice(0, MAX_SHOWN_KEY_LENGTH)}…` : key))
    .join('.');
}
