/** A class that a payload can be made an instance of. */
export type Class = new () => object;

/** Whether this is a class of somebody's own. Those that the language has are functions, with a way of their own. */
export function isClass(value: unknown): value is Class {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/** The class and those that it extends, the first one last; undefined when one of them is no plain class. */
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
 * @returns undefined when its instances are not as plain as they must be for copying a property to be an assignment
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
