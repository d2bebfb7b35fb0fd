import type { Random } from '../trial/random.js';

/**
 * Deals cards in random order and shuffles them again when all were dealt, so that each comes up as often as the others even
 * in a short run.
 * @returns deals the next card that fits; undefined where none does
 */
export function createDeck<T>(cards: readonly T[], random: Random): (fits?: (card: T) => boolean) => T | undefined {
  let rest: T[] = [];
  return (fits = () => true) => {
    if (!rest.some(fits)) rest = [...rest, ...random.shuffled(cards.filter((card) => !rest.includes(card)))];
    const index = rest.findIndex(fits);
    return index === -1 ? undefined : rest.splice(index, 1)[0];
  };
}
