import { describe, expect, it } from 'vitest';
import { repeatCommandOf, parseFuzzArguments } from '../src/fuzz/arguments.js';
import { withWrongLeaf } from '../src/fuzz/broken-json.js';
import { createEntries, ENTRY_KINDS } from '../src/fuzz/hostile-entries.js';
import { problemsOf, type FuzzResult } from '../src/fuzz/check-result.js';
import { createRequests, REQUEST_KINDS } from '../src/fuzz/hostile-requests.js';
import { isExpected } from '../src/fuzz/send-requests.js';
import { createRandom } from '../src/trial/random.js';

const DATA = { order_id: 'a', items: [{ sku: 'MUG-0001', quantity: 2 }], total_amount: 500 };
const SAMPLE = {
  event_id: 'e',
  event_type: 'order_placed',
  timestamp: '2026-11-28T12:00:00.000Z',
  version: '1.0',
  source: 'order_service',
  data: JSON.stringify(DATA),
  partition_key: 'a',
};
const KNOWN = { order: DATA, consoleToken: 'token' };

const APP = { title: 'order', slowestMs: 900, adjustedMs: 300, checks: 10, unhealthyAnswers: [], peakBytes: 2 ** 28 };
const ORDER = { key: 'fuzz-1-1', orderId: 'a', entryId: '1-0', attempts: 1, unexpectedAnswer: null };
const GOOD: FuzzResult = {
  run: { seed: 1, entries: 10, requests: 10 },
  tookMs: 1000,
  unexpectedExits: 0,
  apps: [APP],
  redisPeakBytes: 2 ** 20,
  kinds: { 'random bytes': 10 },
  streamCounts: [{ stream: 'orders', hostile: 10, groups: 4, deadLetters: 40, unsettled: 0 }],
  outcomes: { 400: 10 },
  wrongOutcomes: [],
  orders: [ORDER],
  lawsKept: true,
};

describe('the fuzz', () => {
  it.each<[string, Partial<FuzzResult>, RegExp]>([
    ['an app has exited', { unexpectedExits: 1 }, /exited by themselves/],
    [
      'an app used too much memory',
      { apps: [{ ...APP, peakBytes: 2 ** 30 }] },
      /order used 1024 MB .* limit of 512 MB/,
    ],
    ['an app answered too slowly', { apps: [{ ...APP, adjustedMs: 1001 }] }, /order took 1001 ms/],
    [
      'an app was not healthy',
      { apps: [{ ...APP, unhealthyAnswers: ['GET /health answered 503'] }] },
      /not healthy, 1 times/,
    ],
    ['an app was never checked', { apps: [{ ...APP, checks: 0 }] }, /never asked/],
    ['Redis used too much memory', { redisPeakBytes: 2 ** 31 }, /Redis used 2048 MB .* limit of 1024 MB/],
    ['a hostile entry was handled', { streamCounts: [{ stream: 'orders', hostile: 10, groups: 4, deadLetters: 39, unsettled: 0 }] }, /expected 40 dead letters/], // prettier-ignore
    ['a valid entry was rejected', { streamCounts: [{ stream: 'orders', hostile: 10, groups: 4, deadLetters: 41, unsettled: 0 }] }, /got 41/], // prettier-ignore
    ['an entry was not settled', { streamCounts: [{ stream: 'orders', hostile: 10, groups: 4, deadLetters: 40, unsettled: 1 }] }, /1 entries were not settled/], // prettier-ignore
    [
      'a request was accepted',
      { wrongOutcomes: ['a body that is not JSON: order answered 201'] },
      /order answered 201/,
    ],
    ['no order was placed', { orders: [] }, /could not order/],
    ['an order was not confirmed', { orders: [{ ...ORDER, orderId: null }] }, /1 orders .* never confirmed/],
    ['a valid order was rejected', { orders: [{ ...ORDER, unexpectedAnswer: 'answered 400' }] }, /answered 400/],
    ['a law is broken', { lawsKept: false }, /laws are not kept/],
  ])('fails if %s', (_, change, problem) => {
    expect(problemsOf(GOOD)).toEqual([]);
    expect(problemsOf({ ...GOOD, ...change })).toEqual([expect.stringMatching(problem)]);
  });

  it('sends requests only to routes that exist', () => {
    const create = createRequests(createRandom(1, 'requests'), KNOWN);
    const requests = Array.from({ length: 2000 }, () => create().bytes.toString());
    expect(requests.filter((request) => /^\w+ undefined/.test(request))).toEqual([]);
  });

  it('sends the same for the same seed, and something else for another', () => {
    const entriesOf = (seed: number) => {
      const make = createEntries(createRandom(seed, 'entries'));
      return JSON.stringify(Array.from({ length: 30 }, () => make(SAMPLE)));
    };
    expect(entriesOf(1)).toBe(entriesOf(1));
    expect(entriesOf(2)).not.toBe(entriesOf(1));
    const requestsOf = (seed: number) => {
      const make = createRequests(createRandom(seed, 'requests'), KNOWN);
      return JSON.stringify(Array.from({ length: 30 }, () => make()));
    };
    expect(requestsOf(1)).toBe(requestsOf(1));
    expect(requestsOf(2)).not.toBe(requestsOf(1));
  });

  it.each(ENTRY_KINDS)('changes an entry: $name', ({ make }) => {
    expect(make(createRandom(1, 'entry'), SAMPLE)).not.toEqual(Object.entries(SAMPLE));
  });

  it.each(REQUEST_KINDS)('makes a request: $name', ({ make }) => {
    const { app, bytes } = make(createRandom(1, 'request'), KNOWN);
    expect(['order', 'payment', 'inventory', 'shipping', 'processor', 'console']).toContain(app);
    expect(typeof bytes === 'string' || bytes.length > 0).toBe(true);
  });

  it('changes one value of a copy', () => {
    const random = createRandom(7, 'leaves');
    for (let time = 0; time < 200; time += 1) {
      const broken = withWrongLeaf(random, DATA);
      expect(broken).not.toEqual(DATA);
      expect(Object.keys(broken as object)).toEqual(Object.keys(DATA));
    }
    expect(DATA.items).toEqual([{ sku: 'MUG-0001', quantity: 2 }]);
  });

  it('expects a rejection, or an app that is busy', () => {
    const hostile = { mayBeServed: false, isUnfinished: false };
    for (const outcome of [400, 401, 413, 429, 503, 'closed'] as const) expect(isExpected(hostile, outcome)).toBe(true);
    for (const outcome of [200, 201, 302, 500, 501, 502, 'no answer', 'waiting'] as const) {
      expect(isExpected(hostile, outcome)).toBe(false);
    }
    expect(isExpected({ ...hostile, mayBeServed: true }, 200)).toBe(true);
    expect(isExpected({ ...hostile, isUnfinished: true }, 'waiting')).toBe(true);
  });

  it('says what its options take, and the command that repeats the run', () => {
    expect(() => parseFuzzArguments(['--entries', 'many'], {})).toThrow(
      '--entries takes a whole number from 0 to 1000000, got "many".',
    );
    const options = parseFuzzArguments(['--entries', '5', '--seed', '3'], {});
    expect(options).toEqual({ help: false, entries: 5, requests: 20_000, seed: 3 });
    expect(repeatCommandOf({ ...options, seed: 3 })).toBe('npm run fuzz -- --entries 5 --requests 20000 --seed 3');
  });
});
