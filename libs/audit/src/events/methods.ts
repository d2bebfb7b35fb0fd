import { isMarked } from './personal.js';

/** The methods that every object has, such as `toString`. */
const METHODS = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Matches every text that may contain one of these names. A name can be escaped. */
const MAY_HAVE_METHOD = new RegExp([...METHODS, String.raw`\\u`].join('|'));

/** The paths of personal data. An encrypted value there is replaced before this check of the library, so it is not checked here either. */
const PERSONAL = new Set([
  ...['customer.name', 'customer.email'],
  ...['street', 'city', 'postal_code'].map((name) => `shipping_address.${name}`),
]);

/** The first property of a payload that shadows a method of the object. No handler gets such a payload. @param json the payload's text */
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
