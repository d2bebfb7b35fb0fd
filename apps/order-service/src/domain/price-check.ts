import type { OrderItem } from '@shop/contracts';
import type { Offer } from '@shop/simulation';

/** What an order's lines pay that the catalogue does not say, in words. */
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
    return `${at}.unit_price must be ${String(offer.unit_price)}, what ${sku} costs in ${currency}, got ${String(unit_price)}`;
  });
}

/** An order's lines under the names that the catalogue has for their skus. */
export function namedByCatalogue(items: readonly OrderItem[], offers: ReadonlyMap<string, Offer>): OrderItem[] {
  return items.map(({ sku, name, quantity, unit_price }) => ({
    sku,
    name: offers.get(sku)?.name ?? name,
    quantity,
    unit_price,
  }));
}
