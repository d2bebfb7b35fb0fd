const ANSWER_DEADLINE_MS = 2000;

/** Something that the shop sells. */
export interface Offer {
  readonly sku: string;
  readonly name: string;
  /** In euro cents. */
  readonly unit_price: number;
}

/**
 * Asks the order service what can be ordered, in euros.
 * @param url of the order service
 * @returns none where it does not tell
 */
export async function askOffers(url: string): Promise<Offer[]> {
  try {
    const response = await fetch(`${url}/catalogue?currency=EUR`, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    return response.ok ? ((await response.json()) as Offer[]) : [];
  } catch {
    return [];
  }
}
