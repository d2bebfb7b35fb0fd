import { currencies, type Offer, offersIn, type Product } from './catalogue.js';
import type { OrderDraft, OrderItemDraft } from './order-draft.js';
import { Random } from './random.js';
import { Shoppers } from './shoppers.js';
import { Weighted } from './weighted.js';

const SHOPPERS = 2_000;
const GIFT_SHARE = 0.08;
const DIFFERENT_ITEMS = new Weighted([
  [1, 52],
  [2, 24],
  [3, 12],
  [4, 6],
  [5, 4],
  [6, 2],
]);
const QUANTITIES = new Weighted([
  [1, 86],
  [2, 10],
  [3, 3],
  [5, 1],
]);

/** Options of {@link OrderGenerator}. */
export interface OrderGeneratorOptions {
  /** The seed of the shop, which determines its customers and its catalogue. */
  seed: number;
  /** The number of the thread. Each thread has other orders. */
  stream: number;
  /**
   * The number of this run of the shop. The same seed, stream and run give the same order ids, so a process that can be restarted must
   * count its starts.
   * @default 0
   */
  run?: number;
  catalogue: readonly Product[];
}

/** An endless sequence of realistic orders: the same one for the same options. */
export class OrderGenerator {
  private readonly random: Random;
  private readonly shoppers: Shoppers;
  /** By currency, in the order of the catalogue. */
  private readonly offers: ReadonlyMap<string, readonly Offer[]>;
  private readonly popular: Weighted<number>;

  /** @throws RangeError if the catalogue is empty, or has no product with a popularity above 0 */
  constructor({ seed, stream, run = 0, catalogue }: OrderGeneratorOptions) {
    this.random = Random.of('orders', seed, run, stream);
    this.shoppers = new Shoppers(seed, SHOPPERS);
    this.offers = new Map(currencies().map((currency) => [currency, offersIn(currency, catalogue)]));
    this.popular = new Weighted(catalogue.map(({ popularity }, index) => [index, popularity]));
  }

  /** The next order. */
  next(): OrderDraft {
    const order_id = this.random.uuid();
    const { customer, market, home, giftAddress } = this.shoppers.next(this.random);
    const { currency } = market.prices;
    const items = this.items(this.offers.get(currency) ?? []);
    return {
      order_id,
      customer: { ...customer },
      items,
      currency,
      total_amount: items.reduce((sum, item) => sum + item.quantity * item.unit_price, 0),
      shipping_address: { ...(this.random.chance(GIFT_SHARE) ? giftAddress : home) },
    };
  }

  private items(offers: readonly Offer[]): OrderItemDraft[] {
    const wanted = Math.min(DIFFERENT_ITEMS.pick(this.random), offers.length);
    const chosen = new Set<number>();
    while (chosen.size < wanted) {
      let index = this.popular.pick(this.random);
      while (chosen.has(index)) index = (index + 1) % offers.length; // terminates, because fewer are chosen than exist
      chosen.add(index);
    }
    return [...chosen]
      .flatMap((index) => offers[index] ?? [])
      .map(({ sku, name, unit_price }) => ({ sku, name, quantity: QUANTITIES.pick(this.random), unit_price }));
  }
}
