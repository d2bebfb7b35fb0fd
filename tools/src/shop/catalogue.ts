const ANSWER_DEADLINE_MS = 2000;

/** A product that the shop sells. */
export interface Offer {
  readonly sku: string;
  readonly name: string;
  /** In euro cents. */
  readonly unit_price: number;
}

/**
 * Reads the catalogue of the order service, with prices in euros.
 * @param url the order service's URL
 * @returns an empty list if it does not answer
 */
export async function askOffers(url: string): Promise<Offer[]> {
  try {
    const response = await fetch(`${url}/catalogue?currency=EUR`, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    return response.ok ? ((await response.json()) as Offer[]) : [];
  } catch {
    return [];
  }
}
