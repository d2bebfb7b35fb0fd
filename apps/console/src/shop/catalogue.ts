import { catalogue, priceLists, priceOn } from '@shop/simulation';
import type { Catalogue } from '../contract/shop.js';

/** The shop's products with their prices in each currency. */
export function catalogueOf(seed: number): Catalogue {
  const lists = priceLists();
  return {
    currencies: lists.map(({ currency }) => currency),
    products: catalogue(seed).map(({ sku, name, unit_price }) => ({
      sku,
      name,
      unitPrice: Object.fromEntries(lists.map((list) => [list.currency, priceOn(list, unit_price)])),
    })),
  };
}
