import type { Random } from '../trial/random.js';

/**
 * Replaces one leaf of a value by a value of another type, which a schema without coercion rejects.
 * @param value has at least one leaf that is a string, a number or a boolean; is not changed
 * @returns the changed copy
 */
export function withWrongLeaf(random: Random, value: unknown): unknown {
  const paths = leavesOf(value);
  const copy = structuredClone(value);
  const path = random.one(paths);
  const last = path.at(-1) ?? '';
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[last] = typeof at[last] === 'string' ? random.one(NON_STRINGS) : random.one(NON_NUMBERS);
  return copy;
}

const NON_STRINGS: readonly unknown[] = [0, -1, true, {}, [], ['text'], [[]], { toString: 'text' }, { length: 1 }];
const NON_NUMBERS: readonly unknown[] = [
  '',
  '1',
  '1e3',
  'NaN',
  {},
  [],
  [1],
  'x'.repeat(2000),
  '\u202e\u0000\n\u001b[2J',
];

function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return value === null ? [] : [path];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...path, key]));
}

/**
 * A JSON text with so many levels of nesting.
 * @param inObjects nested objects; else arrays in an object
 */
export function deepJson(levels: number, inObjects: boolean) {
  return inObjects
    ? `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
    : `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

export function wideJson(keys: number) {
  return `{${Array.from({ length: keys }, (_, index) => `"k${String(index)}":${String(index)}`).join(',')}}`;
}

/** Texts that are dangerous to terminals, logs, pages and file systems. */
export const HOSTILE_TEXTS = [
  '\u0000',
  '\n2026-01-01T00:00:00.000Z INFO all is well',
  '\u001b[2J\u001b[31mred\u001b]0;title\u0007',
  '\u202egnp.exe\u202c',
  '\ufeff\u2028\u2029',
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "'; DROP TABLE orders; --",
  '${7*7}{{7*7}}<%= 7*7 %>',
  '../../../../etc/passwd',
  '%s%s%s%n',
  '\r\nSet-Cookie: a=b',
  '__proto__',
  'constructor',
  '\ud800',
  'x'.repeat(5000),
];
