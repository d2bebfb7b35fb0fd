import { faker as english } from '@faker-js/faker/locale/en_US';
import { priceLists, priceOn } from './markets.js';
import { seededFaker } from './seeded-faker.js';
import { PRODUCT_KINDS } from './product-kinds.js';
import { Random } from './random.js';

/** A product of the shop. */
export interface Product {
  /** Unique, such as `KEY-0042`. */
  sku: string;
  name: string;
  /** In euro cents. Other currencies have their own price lists. */
  unit_price: number;
  /** Share of all purchases. The shares of a catalogue add up to 1. */
  popularity: number;
}

/** A product as customers see it. */
export interface Offer {
  sku: string;
  name: string;
  /** In the minor unit of the requested currency. */
  unit_price: number;
}

/** The default number of products. */
export const DEFAULT_CATALOGUE_SIZE = 60;

const MAX_SIZE = 9_999; // the digits of a sku
const PRICE_SIGMA = 0.35;
const CHEAPEST = 499;

/** The products of the shop with this seed: always the same. @throws RangeError unless `size` is 1 to 9,999 */
export function catalogue(seed: number, size = DEFAULT_CATALOGUE_SIZE): Product[] {
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw new RangeError(`Expected the size of the catalogue to be a whole number, 1 to 9999, got ${String(size)}.`);
  }
  const random = Random.of('catalogue', seed);
  const faker = seededFaker(english, random);
  const popularities = zipf(size, random);
  const timesUsed = new Map<string, number>();
  return popularities.map((popularity, index) => {
    const kind = random.pick(PRODUCT_KINDS);
    const baseName = `${faker.commerce.productAdjective()} ${random.pick(kind.materials)} ${kind.noun}`;
    const model = (timesUsed.get(baseName) ?? 0) + 1;
    timesUsed.set(baseName, model);
    return {
      sku: `${kind.code}-${String(index + 1).padStart(4, '0')}`,
      name: model === 1 ? baseName : `${baseName} ${String(model)}`,
      unit_price: Math.max(CHEAPEST, Math.round(random.logNormal(kind.medianPrice, PRICE_SIGMA) / 100) * 100 - 1),
      popularity,
    };
  });
}

/** The currencies of the shop (ISO 4217). */
export function currencies(): string[] {
  return priceLists().map(({ currency }) => currency);
}

/**
 * The prices of products in a currency.
 *
 * @throws RangeError unless it is one of {@link currencies}
 */
export function offersIn(currency: string, products: readonly Product[]): Offer[] {
  const prices = priceLists().find((list) => list.currency === currency);
  if (!prices) throw new RangeError(`Expected a currency of ${currencies().join(', ')}, got ${currency}.`);
  return products.map(({ sku, name, unit_price }) => ({ sku, name, unit_price: priceOn(prices, unit_price) }));
}

/** Shares by Zipf's law (the n-th most popular product sells 1/n as often as the first), in random order. */
function zipf(size: number, random: Random): number[] {
  const weights = Array.from({ length: size }, (_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights
    .map((weight) => ({ share: weight / total, order: random.next() }))
    .sort((one, other) => one.order - other.order)
    .map(({ share }) => share);
}
