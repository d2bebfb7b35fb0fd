import { Scope, type Generate } from './generate.js';
import type { PropertyType } from './property-types.js';

/** Makes a property's value in the instance. */
export type Copy = (value: unknown) => unknown;

/** Makes an instance of a payload. @throws for a payload that only class-transformer can handle */
export type Build = (data: object) => object;

type Properties = Record<string, unknown>;

/** Leaves a payload to class-transformer. One error for all: its stack tells nothing. */
const NOT_PLAIN = new Error('The payload is not made of plain objects, arrays and primitives');

/** Types whose values class-transformer converts instead of making instances. */
const CONVERSIONS = new Map<unknown, Copy>([
  [String, String],
  [Number, Number],
  [Boolean, Boolean],
  [Date, (value) => new Date(value instanceof Date ? value.valueOf() : (value as string))],
]);

/**
 * What `plainToInstance` does, for payloads of plain objects, arrays and primitives: the class's constructor runs, and
 * every key of the payload is copied, in its order, deeply.
 *
 * @param copies how the properties that the class knows are copied
 */
export function builder(target: new () => object, copies: ReadonlyMap<string, Copy>, generate: Generate): Build {
  return (generate(...source(target, copies)) as Build | undefined) ?? interpret(target, copies);
}

function source(target: new () => object, copies: ReadonlyMap<string, Copy>): [string, Scope] {
  const scope = new Scope();
  const keys = [...copies.keys()].map((name) => JSON.stringify(name));
  const cases = [...copies.values()].map((copy, index) => {
    const key = keys[index] ?? '';
    const copied = `${scope.add(copy)}(v)`;
    const isItself = "typeof v === 'string' || (typeof v === 'number' && v - v === 0)";
    const value = copy === copyPlain ? `${isItself} ? v : ${copied}` : copied;
    return `case ${key}: v = data[${key}]; instance[${key}] = ${value}; break;`;
  });
  // A property is read before the prototype: docs/internals/performance.md#a-prototype-is-free-after-a-load
  const text = `(data) => {
    let v = data[${keys[0] ?? '""'}];
    const prototype = ${scope.add(Object.getPrototypeOf)}(data);
    if (prototype !== ${scope.add(Object.prototype)} && prototype !== ${scope.add(target.prototype)}) {
      throw ${scope.add(NOT_PLAIN)};
    }
    const instance = new ${scope.add(target)}();
    for (const key in data) {
      switch (key) {
        ${cases.join('\n        ')}
        default: ${scope.add(addUnknown)}(instance, key, data[key]);
      }
    }
    return instance;
  }`;
  return [text, scope];
}

function interpret(target: new () => object, copies: ReadonlyMap<string, Copy>): Build {
  return (data) => {
    const prototype = Object.getPrototypeOf(data) as unknown;
    if (prototype !== Object.prototype && prototype !== target.prototype) throw NOT_PLAIN;
    const instance = new target() as Properties;
    for (const key in data) {
      const value = (data as Properties)[key];
      const copy = copies.get(key);
      if (copy) instance[key] = copy(value);
      else addUnknown(instance, key, value);
    }
    return instance;
  };
}

/** Copies a property without `@Type`. */
export const copyPlain: Copy = (value) => {
  if (typeof value !== 'object' || value === null) return demandFinite(value);
  if (Array.isArray(value)) return copyItems(value, copyPlain);
  if (Object.getPrototypeOf(value) !== Object.prototype) throw NOT_PLAIN;
  const copied: Properties = {};
  for (const key in value) addUnknown(copied, key, (value as Properties)[key]);
  return copied;
};

/** Whether values of this `@Type` are converted instead of made instances. */
export function isConverted(type: unknown): boolean {
  return CONVERSIONS.has(type);
}

/** Copies a property with `@Type`. @param build makes instances of its class, if it has one */
export function copyTyped({ type, takesArrays }: PropertyType, build: Build | undefined): Copy {
  const convert = CONVERSIONS.get(type);
  const copy: Copy = (value) => {
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) return copyItems(value, copy);
    if (typeof value !== 'object') return convert ? convert(demandFinite(value)) : demandFinite(value);
    if (build) return build(value);
    if (!(value instanceof Date)) throw NOT_PLAIN;
    return convert?.(value);
  };
  if (takesArrays) return copy;
  return (value) => {
    if (Array.isArray(value)) throw NOT_PLAIN;
    return copy(value);
  };
}

/** Infinity is not what was sent (JSON has `1e400`): the caller decides about it. */
function demandFinite(value: unknown): unknown {
  if (value === Infinity || value === -Infinity) throw NOT_PLAIN;
  return value;
}

/** The same for arrays up to a length; a longer array is invalid, and its items are not looked at. */
export function copyUpTo(most: number, copy: Copy): Copy {
  return (value) => {
    if (Array.isArray(value) && value.length > most) throw NOT_PLAIN;
    return copy(value);
  };
}

const A_FEW = 100;

/** Copies an array without holes; class-transformer leaves holes out. */
function copyItems(items: readonly unknown[], copy: Copy): unknown[] {
  const { length } = items;
  if (Object.getPrototypeOf(items) !== Array.prototype) throw NOT_PLAIN;
  // A short array is made with its length: one that grows reserves more memory. A long one made so might be one with holes for V8.
  const copied = new Array<unknown>(length < A_FEW ? length : 0);
  for (let index = 0; index < length; index++) {
    const item = items[index];
    if (item === undefined && !(index in items)) throw NOT_PLAIN;
    copied[index] = copy(item);
  }
  return copied;
}

/** class-transformer skips keys that would hide a method, and takes what has a `then` for a promise. */
function addUnknown(instance: object, key: string, value: unknown): void {
  if (key in instance || key === 'then') throw NOT_PLAIN;
  (instance as Properties)[key] = copyPlain(value);
}
