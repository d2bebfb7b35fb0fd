import { describe, expect, it } from 'vitest';
import { span, timeAt, valueAt } from '../src/measure/marks.js';
import { createOrders, numberOf } from '../src/orders.js';
import { medianOf, percentilesOf, spreadOf } from '../src/statistics.js';

describe('statistics', () => {
  it('compute the median, also of an even number of values', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([])).toBeUndefined();
  });

  it('compute percentiles by the nearest rank', () => {
    const values = Float64Array.from({ length: 1000 }, (_, index) => 1000 - index);
    expect(percentilesOf(values)).toEqual({ p50: 500, p99: 990, p999: 999, max: 1000 });
  });
});

describe('marks of several workers', () => {
  const mark = (count: number, at: number) => ({ count, at, cpu: 10 * count, commands: 0 });
  const marks = [
    [mark(10, 1), mark(20, 2), mark(40, 4)],
    [mark(10, 2), mark(30, 4)],
  ];

  it('are added up, with linear interpolation', () => {
    expect(valueAt(marks, 3, 'count')).toBe(30 + 20);
    expect(timeAt(marks, 30)).toBe(2);
    expect(span(marks, 3)).toEqual({ ms: 1, count: 20, cpu: 200, commands: 0 });
  });
});

describe('orders', () => {
  it('are the same each time, and contain their number', () => {
    const take = () => createOrders(5, 9).nextBatch(10);
    expect(take()).toEqual(take());
    expect(take().map(numberOf)).toEqual([5, 6, 7, 8]);
  });

  it('end after the last one', () => {
    const orders = createOrders(0, 2);
    expect([orders.next(), orders.next(), orders.next()].map((order) => order && numberOf(order))).toEqual([
      0,
      1,
      undefined,
    ]);
  });
});
