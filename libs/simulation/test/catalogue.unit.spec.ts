import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, currencies, DEFAULT_CATALOGUE_SIZE, offersIn } from '../src/index.js';

const size = fc.integer({ min: 1, max: 300 });

describe('catalogue', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.integer(), size, (seed, size) => {
        expect(catalogue(seed, size)).toEqual(catalogue(seed, size));
        expect(catalogue(seed)).not.toEqual(catalogue(seed + 1));
      }),
      { numRuns: 30 },
    );
  });

  it('has unique, readable skus and names, and prices above 0 in whole cents', () => {
    fc.assert(
      fc.property(fc.integer(), size, (seed, size) => {
        const products = catalogue(seed, size);
        expect(products).toHaveLength(size);
        expect(new Set(products.map(({ sku }) => sku)).size).toBe(size);
        expect(new Set(products.map(({ name }) => name)).size).toBe(size);
        for (const { sku, name, unit_price } of products) {
          expect(sku).toMatch(/^[A-Z]{3}-\d{4}$/);
          expect(name).toMatch(/^\S+ \S+ \S+/);
          expect(Number.isInteger(unit_price) && unit_price >= 499).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has popularities by Zipf's law that add up to 1", () => {
    const shares = catalogue(42)
      .map(({ popularity }) => popularity)
      .sort((one, other) => other - one);
    expect(shares).toHaveLength(DEFAULT_CATALOGUE_SIZE);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const [rank, share] of shares.entries()) expect(share * (rank + 1)).toBeCloseTo(shares[0] ?? NaN, 12);
  });

  it('has a price for each product in every currency', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...currencies()), (seed, currency) => {
        const products = catalogue(seed);
        const offers = offersIn(currency, products);
        expect(offers.map(({ sku, name }) => ({ sku, name }))).toEqual(
          products.map(({ sku, name }) => ({ sku, name })),
        );
        for (const { unit_price } of offers) expect(Number.isInteger(unit_price) && unit_price > 0).toBe(true);
        if (currency === 'EUR')
          expect(offers.map(({ unit_price }) => unit_price)).toEqual(products.map(({ unit_price }) => unit_price));
      }),
      { numRuns: 30 },
    );
    expect(() => offersIn('CHF', catalogue(1))).toThrow('EUR, USD, GBP, JPY, PLN, SEK, got CHF');
  });

  it('rejects a size that is not a whole number from 1 to 9999', () => {
    for (const size of [0, -1, 1.5, 10_000, NaN]) expect(() => catalogue(1, size)).toThrow(`got ${String(size)}`);
  });
});
