const ANSWER_DEADLINE_MS = 2000;

/**
 * Something that the shop sells.
 * @typedef {object} Offer
 * @property {string} sku
 * @property {string} name
 * @property {number} unit_price in euro cents
 */

/**
 * Asks the order service what can be ordered, in euros.
 * @param {string} url of the order service
 * @returns {Promise<Offer[]>} none where it does not tell
 */
export async function askOffers(url) {
  try {
    const response = await fetch(`${url}/catalogue?currency=EUR`, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    return response.ok ? /** @type {Offer[]} */ (await response.json()) : [];
  } catch {
    return [];
  }
}
