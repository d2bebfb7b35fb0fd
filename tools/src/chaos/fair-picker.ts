import type { Random } from '../trial/random.js';

/**
 * Picks items at random, but each as often as the others: an item is picked again only after all items that fit were picked.
 * @returns a function that picks the next item that fits; undefined if none does
 */
export function createFairPicker<T>(
  items: readonly T[],
  random: Random,
): (fits?: (item: T) => boolean) => T | undefined {
  let rest: T[] = [];
  return (fits = () => true) => {
    if (!rest.some(fits)) rest = [...rest, ...random.shuffled(items.filter((item) => !rest.includes(item)))];
    const index = rest.findIndex(fits);
    return index === -1 ? undefined : rest.splice(index, 1)[0];
  };
}
