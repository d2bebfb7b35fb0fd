import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sell } from '../src/domain/stock.js';

const lines = fc.uniqueArray(
  fc.record({ sku: fc.constantFrom('A', 'B', 'C', 'D', 'E'), quantity: fc.integer({ min: 1, max: 500 }) }),
  {
    selector: ({ sku }) => sku,
    minLength: 1,
  },
);
const levels = fc
  .dictionary(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.nat(300), { noNullPrototype: true })
  .map((entries) => new Map(Object.entries(entries)));
const reorder = fc.record({ point: fc.nat(50), quantity: fc.integer({ min: 1, max: 200 }) });

describe('sell', () => {
  it('sells exactly the lines, once, with any stock', () => {
    fc.assert(
      fc.property(lines, levels, reorder, (sold, before, rule) => {
        const sales = sell('order', sold, before, rule).updates.filter(({ reason }) => reason === 'sale');
        expect(
          sales.map(({ changes, order_id }) => ({
            order_id,
            changes: changes.map(({ sku, quantity_change }) => ({ sku, quantity: -quantity_change })),
          })),
        ).toEqual([{ order_id: 'order', changes: sold }]);
      }),
    );
  });

  it('returns levels that equal the sum of the changes and are never below 0', () => {
    fc.assert(
      fc.property(lines, levels, reorder, (sold, before, rule) => {
        const { updates, levels: after } = sell('order', sold, before, rule);
        const folded = new Map<string, number>(sold.map(({ sku }) => [sku, before.get(sku) ?? 0]));
        for (const { sku, quantity_change, stock_level } of updates.flatMap(({ changes }) => changes)) {
          expect(quantity_change).not.toBe(0);
          folded.set(sku, (folded.get(sku) ?? 0) + quantity_change);
          expect(stock_level).toBe(folded.get(sku));
          expect(stock_level).toBeGreaterThanOrEqual(0);
        }
        expect(after).toEqual(Object.fromEntries(folded));
      }),
    );
  });

  it('restocks a sku that is low after the sale', () => {
    const { updates } = sell('order', [{ sku: 'A', quantity: 5 }], new Map([['A', 24]]), { point: 20, quantity: 200 });
    expect(updates.map(({ reason, changes }) => [reason, changes])).toEqual([
      ['sale', [{ sku: 'A', quantity_change: -5, stock_level: 19 }]],
      ['restock', [{ sku: 'A', quantity_change: 200, stock_level: 219 }]],
    ]);
  });

  it('restocks before a sale if the stock is not enough', () => {
    const { updates } = sell('order', [{ sku: 'A', quantity: 5 }], new Map(), { point: 1, quantity: 3 });
    expect(updates.map(({ reason, changes }) => [reason, changes])).toEqual([
      ['restock', [{ sku: 'A', quantity_change: 6, stock_level: 6 }]],
      ['sale', [{ sku: 'A', quantity_change: -5, stock_level: 1 }]],
      ['restock', [{ sku: 'A', quantity_change: 3, stock_level: 4 }]],
    ]);
  });
});
