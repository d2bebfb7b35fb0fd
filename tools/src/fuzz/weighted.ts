import type { Random } from '../trial/random.js';

/**
 * Returns a function that picks one of the kinds at random, each with a probability proportional to its weight.
 * @param kinds one or more
 */
export function weighted<T extends { weight: number }>(random: Random, kinds: readonly T[]): () => T {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let left = random.between(0, total);
    return (kinds.find(({ weight }) => (left -= weight) < 0) ?? kinds.at(-1)) as T;
  };
}
