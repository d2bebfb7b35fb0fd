import { describe, expect, it } from 'vitest';
import { lagOf } from '../src/stream-states.js';
import { isQuiet, NotQuietError, openWork } from '../src/quiet.js';
import { validShop } from './valid-shop.js';

describe('the lag of a group', () => {
  it.each([
    { counted: 0, delivered: '5-0', last: '5-0', lag: 0 },
    { counted: 3, delivered: '5-0', last: '9-2', lag: 3 },
    { counted: 3, delivered: '0-0', last: undefined, lag: 0 },
    { counted: null, delivered: '5-0', last: '5-0', lag: 0 },
    { counted: null, delivered: '5-1', last: '5-2', lag: null },
    // Counts that are wrong because entries were deleted.
    { counted: 0, delivered: '5-1', last: '5-2', lag: null },
    { counted: 2, delivered: '10-0', last: '9-9', lag: 0 },
    { counted: undefined, delivered: '9-10', last: '9-9', lag: 0 },
    // Sequence numbers that JavaScript would round to the same number.
    { counted: 1, delivered: '9-18446744073709551614', last: '9-18446744073709551615', lag: 1 },
  ])('$delivered of $last, counted $counted: $lag', ({ counted, delivered, last, lag }) => {
    expect(lagOf(counted, delivered, last)).toBe(lag);
  });
});

describe('a quiet shop', () => {
  it('has no open work', () => {
    expect(isQuiet(validShop().snapshot().streams)).toBe(true);
  });

  it.each([{ pending: 1 }, { lag: 1 }, { lag: null }])('has no group with %j', (work) => {
    const shop = validShop();
    shop.leave('inventory', 'shipping_service', work);
    const { streams } = shop.snapshot();
    expect(isQuiet(streams)).toBe(false);
    expect(openWork(streams)).toEqual([
      { stream: 'ecommerce:inventory', group: 'shipping_service', pending: 0, lag: 0, ...work },
    ]);
  });

  it('is missed with the groups and their numbers', () => {
    const open = [{ stream: 'ecommerce:orders', group: 'payment_service', pending: 3, lag: null }];
    expect(new NotQuietError(60_000, open).message).toContain(
      'not quiet after 60 s: not all events are handled\n  ecommerce:orders payment_service: 3 pending, some not delivered\n',
    );
    expect(new NotQuietError(500, []).message).toContain('not quiet after 0.5 s: events are still being appended');
  });
});
