import { ConfigurationError } from '../model/errors/configuration.js';

/** The methods with `@EventHandler`, by their prototype. Its options are in the metadata of the method. */
const methods = new WeakMap<object, Set<string>>();
/** Weak, so that classes that a test makes are collected. */
const prototypes: WeakRef<object>[] = [];

/**
 * Notes that a method was declared a handler, so that one that is never provided can be logged.
 *
 * @throws ConfigurationError for what can be no handler: a static method, an accessor, a method without a textual name
 */
export function declareHandler(target: object, method: string | symbol, callback: unknown): void {
  const name = typeof target === 'function' ? target.name : target.constructor.name;
  const handler = `${name}.${String(method)}`;
  if (typeof target === 'function') throw wrong(handler, 'a method of instances, got a static one');
  if (typeof method === 'symbol')
    throw wrong(handler, 'a method with a textual name, which failures are counted under');
  if (typeof callback !== 'function') throw wrong(handler, 'a method, got an accessor or a property');
  let declared = methods.get(target);
  if (!declared) {
    methods.set(target, (declared = new Set()));
    prototypes.push(new WeakRef(target));
  }
  declared.add(method);
}

/** The methods that were declared on a prototype and on those that it inherits from, with the class that declared them. */
export function* declaredHandlers(prototype: object): Generator<{ method: string; owner: object }> {
  const seen = new Set<string>();
  for (const owner of chainOf(prototype)) {
    for (const method of methods.get(owner) ?? []) {
      if (!seen.has(method)) yield { method, owner };
      seen.add(method);
    }
  }
}

/** All classes of this process with declared methods, by their prototypes. */
export function* declaringPrototypes(): Generator<object> {
  for (const reference of prototypes) {
    const prototype = reference.deref();
    if (prototype) yield prototype;
  }
}

/** A prototype and those that it inherits from, without `Object`'s. */
export function* chainOf(prototype: object): Generator<object> {
  for (let one: object | null = prototype; one && one !== Object.prototype;) {
    yield one;
    one = Object.getPrototypeOf(one) as object | null;
  }
}

function wrong(handler: string, expected: string): ConfigurationError {
  return new ConfigurationError(`@EventHandler on ${handler}: expected ${expected}`);
}
