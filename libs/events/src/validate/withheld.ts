import { defaultMetadataStorage as storage } from 'class-transformer/cjs/storage.js';

/** class-transformer's numbers for its two directions. */
const PLAIN_TO_CLASS = 0;
const CLASS_TO_PLAIN = 1;

/**
 * Finds data of a payload that class-transformer's `@Exclude` and `@Expose` keep from readers or from writers.
 *
 * @param data plain objects, arrays and primitives
 * @param read the result of `plainToInstance`
 * @returns the path of the first property, undefined for none
 */
export function withheld(data: unknown, read: unknown): string | undefined {
  return search(data, read, (target, property, made) => isExcluded(target, property) || !(property in made));
}

/**
 * Finds data of a payload that class-transformer drops because it would hide a method, such as a property called `toString`.
 *
 * @returns as {@link withheld}
 */
export function hidingMethod(data: unknown, read: unknown): string | undefined {
  return search(data, read, (_, property, made) => !Object.hasOwn(made, property) && isFunction(made[property]));
}

type Properties = Record<string, unknown>;

/** A property with a `@Transform` is not looked at: the transform decides about it. */
function search(
  data: unknown,
  read: unknown,
  isLost: (target: object, property: string, made: Properties) => boolean,
  at = '',
): string | undefined {
  if (!hasProperties(data) || !hasProperties(read)) return undefined;
  const { constructor: target } = (Object.getPrototypeOf(read) ?? Object.prototype) as object;
  for (const [key, value] of Object.entries(data)) {
    const path = at === '' ? key : `${at}.${key}`;
    const property = storage.findExposeMetadataByCustomName(target, key)?.propertyName ?? key;
    if (storage.findTransformMetadatas(target, property, PLAIN_TO_CLASS).length > 0) continue;
    if (isLost(target, property, read)) return path;
    const within = search(value, read[property], isLost, path);
    if (within !== undefined) return within;
  }
  return undefined;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isExcluded(target: object, property: string): boolean {
  if (storage.getExcludedProperties(target, PLAIN_TO_CLASS).includes(property)) return true;
  if (storage.getExcludedProperties(target, CLASS_TO_PLAIN).includes(property)) return true;
  return (
    storage.getStrategy(target) === 'excludeAll' &&
    !storage.getExposedProperties(target, PLAIN_TO_CLASS).includes(property)
  );
}

/** Whether it is an object or array whose properties are what it holds. */
function hasProperties(value: unknown): value is Properties {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
}
