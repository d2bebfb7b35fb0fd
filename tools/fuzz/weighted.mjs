/**
 * Picks from kinds without an end, each as often as its weight says.
 * @template {{ weight: number }} T
 * @param {import('./broken-json.mjs').Random} random
 * @param {readonly T[]} kinds one or more
 * @returns {() => T}
 */
export function weighted(random, kinds) {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let left = random.between(0, total);
    return /** @type {T} */ (kinds.find(({ weight }) => (left -= weight) < 0) ?? kinds.at(-1));
  };
}
