import { freshRedis, type TestRedis } from '@repo/testing';
import { EventMonitor } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fits } from '../src/streams/entry-filter.js';
import { Scanner } from '../src/streams/scanner.js';
import { startWorker, type Worker } from './worker.js';

let redis: TestRedis;
let worker: Worker;
let scanner: Scanner;
beforeAll(async () => {
  redis = await freshRedis();
  worker = await startWorker(redis.url, 'mail');
  scanner = new Scanner(worker.app.get(EventMonitor));
  for (let number = 0; number < 300; number += 1) {
    const about = ['partition_key', number === 7 ? 'ada' : 'grace', 'correlation_id', `c-${String(number)}`];
    await redis.client.xadd('mail:parcels', `${String(number + 1)}-0`, ...about, 'data', 'not even JSON');
  }
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await redis.stop();
});

describe('a search', () => {
  it('stops when its time is over, and continues from its cursor without a gap', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    let requests = 0;
    let scanned = 0;
    for (;;) {
      const { found, next, scan } = await scanner.scan(
        'parcels',
        { cursor },
        () => true,
        ({ id }) => id,
        1000,
        0,
      );
      seen.push(...found);
      scanned += scan.scanned;
      requests += 1;
      expect(scan.complete).toBe(next === null);
      if (next === null) break;
      expect(scan.reachedMs).toBe(Number(next.split('-')[0]));
      cursor = next;
    }
    expect(requests).toBeGreaterThan(10);
    expect(scanned).toBe(300);
    expect(seen).toEqual(Array.from({ length: 300 }, (_, number) => `${String(300 - number)}-0`));
  });

  it('finds entries by their fields, events or not, and stops at the count', async () => {
    const find = async (filter: Parameters<typeof fits>[1], count = 10) =>
      scanner.scan(
        'parcels',
        {},
        (entry) => fits(entry, filter),
        ({ id }) => id,
        count,
      );
    expect(await find({ key: 'ada' })).toMatchObject({ found: ['8-0'], next: null, scan: { scanned: 300 } });
    expect(await find({ correlation: 'c-299' }, 1)).toMatchObject({
      found: ['300-0'],
      next: '300-0',
      scan: { scanned: 1 },
    });
    expect((await find({ text: 'EVEN json', key: 'grace' }, 2)).found).toEqual(['300-0', '299-0']);
    expect((await find({ key: 'ada', correlation: 'c-8' })).found).toEqual([]);
  });
});
