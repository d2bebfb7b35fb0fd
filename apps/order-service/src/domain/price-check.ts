import type { OrderItem } from '@shop/contracts';
import type { Offer } from '@shop/simulation';

/** One text for each line of an order whose sku or price is not that of the catalogue. */
export function priceProblems(
  items: readonly OrderItem[],
  currency: string,
  offers: ReadonlyMap<string, Offer>,
): string[] {
  return items.flatMap(({ sku, unit_price }, index) => {
    const at = `items.${String(index)}`;
    const offer = offers.get(sku);
    if (!offer) {
      return `${at}.sku must be one of GET /catalogue?currency=${currency}, got ${JSON.stringify(sku)} at ${String(unit_price)}`;
    }
    if (offer.unit_price === unit_price) return [];
    return `${at}.unit_price must be ${String(offer.unit_price)}, the price of ${sku} in ${currency}, got ${String(unit_price)}`;
  });
}

/** The lines of an order with the catalogue's names of the products. */
export function namedByCatalogue(items: readonly OrderItem[], offers: ReadonlyMap<string, Offer>): OrderItem[] {
  return items.map(({ sku, name, quantity, unit_price }) => ({
    sku,
    name: offers.get(sku)?.name ?? name,
    quantity,
    unit_price,
  }));
}
