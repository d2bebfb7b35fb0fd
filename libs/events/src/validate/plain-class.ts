/** A class that payloads can become instances of. */
export type Class = new () => object;

/** Whether this is a class that user code has declared: built-in ones need to be made in their own way. */
export function isClass(value: unknown): value is Class {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/** The class and its ancestors, the most general one last; undefined when one of them is no plain class. */
export function lineOf(target: Class): Class[] | undefined {
  const line: Class[] = [];
  for (let one: unknown = target; one !== Function.prototype; one = Object.getPrototypeOf(one)) {
    if (!isClass(one)) return undefined;
    line.push(one);
  }
  return line;
}

/**
 * The fields that the class declares.
 *
 * @returns undefined when a property of an instance cannot be copied by assignment
 */
export function fieldsOf(target: Class): string[] | undefined {
  const prototype = target.prototype as object;
  const instance = new target();
  if (Object.getPrototypeOf(instance) !== prototype || !Object.isExtensible(instance)) return undefined;
  if (prototype.constructor !== target) return undefined;
  for (const _inherited in prototype) return undefined;

  const fields = Object.entries(Object.getOwnPropertyDescriptors(instance));
  const isPlain = fields.every(([, { writable, value }]) => writable === true && typeof value !== 'function');
  return isPlain ? fields.map(([name]) => name) : undefined;
}
