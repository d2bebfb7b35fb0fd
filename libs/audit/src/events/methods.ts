import { isMarked } from './personal.js';

/** Names of the methods that each object has, such as `toString`. */
const METHODS = new Set(Object.getOwnPropertyNames(Object.prototype));

/** What a text has in which one of them may stand; an escape can hide it. */
const MAY_HAVE_METHOD = new RegExp([...METHODS, String.raw`\\u`].join('|'));

/** Where personal data is: what stands there encrypted is replaced before anybody looks at it. */
const PERSONAL = new Set([
  ...['customer.name', 'customer.email'],
  ...['street', 'city', 'postal_code'].map((name) => `shipping_address.${name}`),
]);

/** The property of a payload that would hide a method of the object: handlers are given none of those. @param json of the payload */
export function methodIn(data: object, json: string): string | undefined {
  return MAY_HAVE_METHOD.test(json) ? search(data, '') : undefined;
}

function search(value: object, path: string): string | undefined {
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    if (METHODS.has(name)) return path + name;
    if (typeof inner !== 'object' || inner === null) continue;
    if (isMarked(inner) && PERSONAL.has(path + name)) continue;
    const found = search(inner, `${path}${name}.`);
    if (found !== undefined) return found;
  }
  return undefined;
}
