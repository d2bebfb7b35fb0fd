/**
 * Deals cards in random order and shuffles them again when all were dealt, so that each comes up as often as the others even
 * in a short run.
 * @template T
 * @param {readonly T[]} cards
 * @param {import('../trial/random.mjs').Random} random
 * @returns {(fits?: (card: T) => boolean) => T | undefined} deals the next card that fits; undefined where none does
 */
export function createDeck(cards, random) {
  /** @type {T[]} */
  let rest = [];
  return (fits = () => true) => {
    if (!rest.some(fits)) rest = [...rest, ...random.shuffled(cards.filter((card) => !rest.includes(card)))];
    const index = rest.findIndex(fits);
    return index === -1 ? undefined : rest.splice(index, 1)[0];
  };
}
