/** Redis' flat replies (field, value, field, value, …) as pairs; what has no partner is left out. */
export function pairs<T>(flat: readonly T[]): [T, T][] {
  const found: [T, T][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) found.push([flat[index] as T, flat[index + 1] as T]);
  return found;
}
