import { describe, expect, it } from 'vitest';
import { commandOf, parseFuzzArguments } from '../src/fuzz/arguments.js';
import { withWrongLeaf } from '../src/fuzz/broken-json.js';
import { createEntries, ENTRY_KINDS } from '../src/fuzz/entries.js';
import { problemsOf, type FuzzResult } from '../src/fuzz/judge.js';
import { createRequests, REQUEST_KINDS } from '../src/fuzz/requests.js';
import { isRight } from '../src/fuzz/throw-requests.js';
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

const APP = { title: 'order', slowestMs: 900, ownMs: 300, looks: 10, complaints: [], peakBytes: 2 ** 28 };
const ORDER = { key: 'fuzz-1-1', orderId: 'a', entryId: '1-0', attempts: 1, complaint: null };
const GOOD: FuzzResult = {
  run: { seed: 1, entries: 10, requests: 10 },
  tookMs: 1000,
  ownStarts: 0,
  apps: [APP],
  redisPeakBytes: 2 ** 20,
  kinds: { 'random bytes': 10 },
  accounts: [{ stream: 'orders', hostile: 10, groups: 4, refused: 40, open: 0 }],
  outcomes: { 400: 10 },
  wrong: [],
  orders: [ORDER],
  lawsKept: true,
};

describe('the fuzz', () => {
  it.each<[string, Partial<FuzzResult>, RegExp]>([
    ['an app ended', { ownStarts: 1 }, /ended by themselves/],
    ['one took too much memory', { apps: [{ ...APP, peakBytes: 2 ** 30 }] }, /order took 1024 MB/],
    ['one was slow to say how it is', { apps: [{ ...APP, ownMs: 1001 }] }, /order took 1001 ms/],
    ['one was not healthy', { apps: [{ ...APP, complaints: ['GET /health answered 503'] }] }, /not healthy, 1 times/],
    ['one was not asked', { apps: [{ ...APP, looks: 0 }] }, /never asked/],
    ['Redis took too much memory', { redisPeakBytes: 2 ** 31 }, /Redis took 2048 MB/],
    ['a hostile entry was handled', { accounts: [{ stream: 'orders', hostile: 10, groups: 4, refused: 39, open: 0 }] }, /expected 40 dead letters/], // prettier-ignore
    ['a right one was refused', { accounts: [{ stream: 'orders', hostile: 10, groups: 4, refused: 41, open: 0 }] }, /got 41/], // prettier-ignore
    ['something was not settled', { accounts: [{ stream: 'orders', hostile: 10, groups: 4, refused: 40, open: 1 }] }, /1 entries were not settled/], // prettier-ignore
    ['a request was served', { wrong: ['a body that is no JSON: order answered 201'] }, /order answered 201/],
    ['no order was placed', { orders: [] }, /could not order/],
    ['an order was not confirmed', { orders: [{ ...ORDER, orderId: null }] }, /1 orders .* never confirmed/],
    ['a right order was refused', { orders: [{ ...ORDER, complaint: 'answered 400' }] }, /answered 400/],
    ['a law is broken', { lawsKept: false }, /laws are not kept/],
  ])('is failed where %s', (_, change, problem) => {
    expect(problemsOf(GOOD)).toEqual([]);
    expect(problemsOf({ ...GOOD, ...change })).toEqual([expect.stringMatching(problem)]);
  });

  it('throws the same for the same seed, and something else for another', () => {
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

  it.each(ENTRY_KINDS)('makes of an event something else: $name', ({ make }) => {
    expect(make(createRandom(1, 'entry'), SAMPLE)).not.toEqual(Object.entries(SAMPLE));
  });

  it.each(REQUEST_KINDS)('makes a request: $name', ({ make }) => {
    const { app, bytes } = make(createRandom(1, 'request'), KNOWN);
    expect(['order', 'payment', 'inventory', 'shipping', 'processor', 'console']).toContain(app);
    expect(typeof bytes === 'string' || bytes.length > 0).toBe(true);
  });

  it('breaks one value, and leaves the given ones as they are', () => {
    const random = createRandom(7, 'leaves');
    for (let time = 0; time < 200; time += 1) {
      const broken = withWrongLeaf(random, DATA);
      expect(broken).not.toEqual(DATA);
      expect(Object.keys(broken as object)).toEqual(Object.keys(DATA));
    }
    expect(DATA.items).toEqual([{ sku: 'MUG-0001', quantity: 2 }]);
  });

  it('takes for right what was refused, and what an app is too busy for', () => {
    const hostile = { mayBeServed: false, isUnfinished: false };
    for (const outcome of [400, 401, 413, 429, 503, 'closed'] as const) expect(isRight(hostile, outcome)).toBe(true);
    for (const outcome of [200, 201, 302, 500, 501, 502, 'silent', 'kept'] as const) {
      expect(isRight(hostile, outcome)).toBe(false);
    }
    expect(isRight({ ...hostile, mayBeServed: true }, 200)).toBe(true);
    expect(isRight({ ...hostile, isUnfinished: true }, 'kept')).toBe(true);
  });

  it('says what its options take, and how to do the same again', () => {
    expect(() => parseFuzzArguments(['--entries', 'many'], {})).toThrow(
      '--entries takes a whole number from 0 to 1000000, got "many".',
    );
    const options = parseFuzzArguments(['--entries', '5', '--seed', '3'], {});
    expect(options).toEqual({ help: false, entries: 5, requests: 20_000, seed: 3 });
    expect(commandOf({ ...options, seed: 3 })).toBe('npm run fuzz -- --entries 5 --requests 20000 --seed 3');
  });
});
