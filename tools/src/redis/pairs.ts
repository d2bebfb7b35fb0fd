/**
 * Makes an object of a flat reply of Redis.
 * @param flat names and values in turn, as RESP2 gives the fields of an entry or the rows of XINFO
 */
export function fromPairs<T>(flat: readonly T[]): Record<string, T> {
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), flat[index + 1] as T] as const] : [])),
  );
}
