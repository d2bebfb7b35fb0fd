import { describe, expect, it } from 'vitest';
import { causeOf, patternOf } from '../src/observe/dead-letters/cause.js';

describe('the cause of an error message', () => {
  it.each([
    [
      'The gateway did not answer the charge 5ea4e708-b244-429d-bfd7-68c9d9251008',
      'The gateway did not answer the charge …',
    ],
    ['Expected "EUR", got "GBP"', 'Expected …, got …'],
    ['5 of 12.5 items of 1795452268988-0', '… of … items of …-…'],
    ['commit deadbeef01 is  not\nthere', 'commit … is not there'],
    ['Plain words stay as they are', 'Plain words stay as they are'],
  ])('leaves out ids, numbers and quoted texts: %s', (message, pattern) => {
    expect(patternOf(message)).toBe(pattern);
  });

  it('is the same, whichever and however many items of an array have the mistake', () => {
    const ofItems = (...items: number[]) => {
      const problems = items.flatMap((item) => [
        `items.${String(item)}.quantity must not be less than 1`,
        `items.${String(item)}.sku should not be empty`,
      ]);
      const errorMessage = `order_placed is not valid: ${problems.join('; ')}`;
      return causeOf('orders', { group: 'g', handler: 'h', reason: 'invalid', errorName: 'E', errorMessage });
    };
    const one = ofItems(0);
    expect(one.errorPattern).toBe(
      'order_placed is not valid: items.….quantity must not be less than …; items.….sku should not be empty',
    );
    for (const items of [[3], [0, 1], [17, 4, 99], Array.from({ length: 100 }, (_, index) => index)]) {
      expect(ofItems(...items).id).toBe(one.id);
      expect(ofItems(...items).errorPattern).toBe(one.errorPattern);
    }
    const other = { group: 'g', handler: 'h', reason: 'invalid', errorName: 'E' } as const;
    const message = 'order_placed is not valid: items.0.quantity must not be less than 1';
    expect(causeOf('orders', { ...other, errorMessage: message }).id).not.toBe(one.id);
    // In another order, it is still the same.
    const swapped = `order_placed is not valid: items.1.sku should not be empty; items.0.quantity must not be less than 1`;
    expect(causeOf('orders', { ...other, errorMessage: swapped }).id).toBe(one.id);
  });

  it('is short, however long the message is', () => {
    expect(patternOf('word '.repeat(10_000)).length).toBeLessThanOrEqual(200);
  });
});
