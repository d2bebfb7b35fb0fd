import { describe, expect, it } from 'vitest';
import type { SeriesPoint } from '../../src/contract/overview.js';
import type { EntrySummary } from '../../src/contract/streams.js';
import { livenessOf } from '../src/live/liveness.js';
import { columns, joinPoints } from '../src/live/series.js';
import { addEntries, EMPTY_TAIL, mergeEntries, onlyNew, withoutNewer } from '../src/live/tail.js';
import { entriesFor, feedAddress, together } from '../src/live/wanted.js';
import { tintsOf } from '../src/live/tints.js';
import { recentJourneys } from '../src/journey/recent.js';
import { ordersPerMinute } from '../src/shop/orders-per-minute.js';

const entry = (id: number, correlationId: string | null = null): EntrySummary => ({
  stream: 'orders',
  id: `${String(id)}-0`,
  atMs: id,
  isEvent: true,
  eventId: null,
  type: 'order_placed',
  version: null,
  source: null,
  partitionKey: null,
  correlationId,
  causationId: null,
  preview: '',
  size: 1,
});

const point = (seconds: number, orders: number | null = 0): SeriesPoint => ({
  atMs: seconds * 1000,
  published: { orders },
  handled: {},
  lag: {},
  lagMs: {},
  pending: {},
  deadLetters: 0,
  answerMs: null,
  journeyMs: null,
});

describe('the tail', () => {
  it('has the newest entries first, each once, and counts those that were left out', () => {
    const first = addEntries(EMPTY_TAIL, { entries: [entry(2), entry(1)], leftOut: {} });
    const second = addEntries(first, { entries: [entry(3), entry(2)], leftOut: { orders: 40, payments: 2 } });
    expect(second.entries.map(({ atMs }) => atMs)).toEqual([3, 2, 1]);
    expect(second).toMatchObject({ seen: 46, leftOut: 42 });
  });

  it('counts an entry that comes twice once', () => {
    const tail = addEntries(EMPTY_TAIL, { entries: [entry(2), entry(1)], leftOut: {} });
    const again = onlyNew(tail, { entries: [entry(3), entry(2)], leftOut: { orders: 1 } });
    expect(again).toEqual({ entries: [entry(3)], leftOut: { orders: 1 } });
  });

  it('stays small, however many entries come', () => {
    let tail = EMPTY_TAIL;
    for (let second = 0; second < 100; second += 1) {
      const entries = Array.from({ length: 50 }, (_, index) => entry(second * 50 + index)).reverse();
      tail = addEntries(tail, { entries, leftOut: { orders: 9950 } });
    }
    expect(tail.entries).toHaveLength(200);
    expect(tail.seen).toBe(1_000_000);
    expect(mergeEntries([entry(9)], tail.entries, 10)).toHaveLength(10);
  });
});

describe('one feed for several pages', () => {
  it('asks for what all of them want, and gives each its part', () => {
    const none = { tail: null, shop: false };
    expect(together([])).toEqual(none);
    expect(together([none, { tail: 'orders', shop: false }, { tail: 'orders', shop: true }])).toEqual({
      tail: 'orders',
      shop: true,
    });
    expect(
      together([
        { tail: 'orders', shop: false },
        { ...none, tail: 'payments' },
      ]).tail,
    ).toBe('*');

    const both = { entries: [entry(2), { ...entry(1), stream: 'payments' }], leftOut: { orders: 3, payments: 4 } };
    expect(entriesFor('*', both)).toEqual(both);
    expect(entriesFor('payments', both)).toEqual({ entries: [both.entries[1]], leftOut: { payments: 4 } });
    expect(entriesFor(null, both)).toEqual({ entries: [], leftOut: {} });
  });

  it('has its address below the root of the console', () => {
    expect(feedAddress('/', { tail: null, shop: false })).toBe('/api/live');
    expect(feedAddress('/tools/console/', { tail: 'a+b', shop: true })).toBe(
      '/tools/console/api/live?tail=a%2Bb&shop=true',
    );
  });
});

describe('the state of the connection', () => {
  it('is "Live" only while the console sends something and Redis is up', () => {
    const redis = (isUp: boolean) => ({ isUp, sinceMs: 0, reason: null });
    const words = (['connecting', 'open', 'lost'] as const).map((connection) =>
      [null, redis(true), redis(false)].map((state) => livenessOf({ connection, redis: state }).word),
    );
    expect(words).toEqual([
      ['Connecting', 'Connecting', 'Redis is unavailable'],
      ['Connecting', 'Live', 'Redis is unavailable'],
      ['Offline', 'Offline', 'Offline'],
    ]);
  });
});

describe('a tail that is paused', () => {
  it('leaves out the entries that are newer than the pause', () => {
    const idsOf = (page: readonly EntrySummary[]) => withoutNewer(page, [entry(3), entry(2)]).map(({ atMs }) => atMs);
    expect(idsOf([entry(5), entry(4), entry(3), entry(2), entry(1)])).toEqual([3, 2, 1]);
    expect(idsOf([entry(2), entry(1)])).toEqual([2, 1]);
    expect(idsOf([entry(1)])).toEqual([1]);
  });
});

describe('the series', () => {
  it('joins loaded points with live ones, and forgets old ones', () => {
    expect(joinPoints([point(1), point(2)], [point(2), point(3)]).map(({ atMs }) => atMs)).toEqual([1000, 2000, 3000]);
    const many = Array.from({ length: 2000 }, (_, index) => point(index));
    expect(joinPoints(many, [point(2001)])).toHaveLength(900);
  });

  it('has a gap where there are no points', () => {
    expect(columns([point(1, 5), point(2, 6), point(60, 7)], [({ published }) => published['orders']])).toEqual([
      [1, 2, 3, 60],
      [5, 6, null, 7],
    ]);
  });

  it('gives orders a minute over the last minute', () => {
    const points = Array.from({ length: 90 }, (_, index) => point(index, index < 30 ? 10 : 1));
    const rates = ordersPerMinute(points);
    expect(rates[0]?.perMinute).toBe(600);
    expect(rates[89]?.perMinute).toBeCloseTo(60);
    expect(ordersPerMinute([point(0, null)])).toEqual([{ atMs: 0, perMinute: null }]);
  });
});

describe('recent journeys', () => {
  it('are grouped by correlation id, the latest first', () => {
    const journeys = recentJourneys([entry(5, 'a'), entry(4, 'b'), entry(3), entry(2, 'a')]);
    expect(journeys.map(({ correlationId, firstMs, latest }) => [correlationId, firstMs, latest.atMs])).toEqual([
      ['a', 2, 5],
      ['b', 4, 4],
    ]);
  });
});

describe('colours', () => {
  it('are the same for the same names, in whatever order they come', () => {
    const [one, other] = [tintsOf(['b', 'a', 'c']), tintsOf(['c', 'b', 'a'])];
    for (const name of ['a', 'b', 'c']) expect(one(name)).toBe(other(name));
    expect(new Set(['a', 'b', 'c'].map(one)).size).toBe(3);
  });
});
