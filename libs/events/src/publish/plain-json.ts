import { isDangerousKey } from '../envelope/dangerous-keys.js';

/**
 * Whether JSON gives this payload back as it is: most are that, and this is the quick way to see it. False also when it is
 * not certain.
 *
 * @param prototype of the objects that are as good as plain ones, if they are the payload itself
 * @param levels objects and arrays within each other, at most
 * @param characters of all texts together, at most
 */
export function isPlainJson(data: object, prototype: object | null, levels: number, characters: number): boolean {
  if (Object.getPrototypeOf(data) !== prototype && Object.getPrototypeOf(data) !== Object.prototype) return false;
  return levels > 0 && !hasToJson(data) && afterProperties(data as Record<string, unknown>, levels, characters) >= 0;
}

/** @returns the characters that may follow; below 0 for what is not certain */
function afterObject(value: object, levels: number, characters: number): number {
  if (levels <= 0 || hasToJson(value)) return -1;
  if (Array.isArray(value)) return afterItems(value, levels, characters);
  if (Object.getPrototypeOf(value) !== Object.prototype) return -1;
  return afterProperties(value as Record<string, unknown>, levels, characters);
}

function afterProperties(value: Record<string, unknown>, levels: number, characters: number): number {
  let left = characters;
  for (const key of Object.keys(value)) {
    if (isDangerousKey(key)) return -1;
    left = afterValue(value[key], levels, left);
    if (left < 0) return -1;
  }
  return left;
}

function afterItems(items: readonly unknown[], levels: number, characters: number): number {
  if (Object.getPrototypeOf(items) !== Array.prototype) return -1;
  let left = characters;
  for (const item of items) {
    left = afterValue(item, levels, left);
    if (left < 0) return -1;
  }
  return left;
}

function afterValue(value: unknown, levels: number, characters: number): number {
  switch (typeof value) {
    case 'string':
      return characters - value.length;
    case 'number':
      return isSafe(value) && !Object.is(value, -0) ? characters : -1;
    case 'boolean':
      return characters;
    case 'object':
      return value === null ? characters : afterObject(value, levels - 1, characters);
    default:
      return -1;
  }
}

/** Whether a number is one, and readers get it as it is: all beyond are integers, and some of them would be rounded. */
export function isSafe(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
}

function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}
