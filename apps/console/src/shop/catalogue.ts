import { catalogue, currencies, offersIn } from '@shop/simulation';
import type { Catalogue } from '../contract/shop.js';

/** The shop's products with their prices in each currency. */
export function catalogueOf(seed: number): Catalogue {
  const products = catalogue(seed);
  const prices = new Map<string, Record<string, number>>(products.map(({ sku }) => [sku, {}]));
  for (const currency of currencies()) {
    for (const { sku, unit_price } of offersIn(currency, products))
      Object.assign(prices.get(sku) ?? {}, { [currency]: unit_price });
  }
  return {
    currencies: currencies(),
    products: products.map(({ sku, name }) => ({ sku, name, unitPrice: prices.get(sku) ?? {} })),
  };
}
