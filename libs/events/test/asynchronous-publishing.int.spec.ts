import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const SOURCES = ['orders', 'payments', 'inventory', 'shipping'];
const EACH = 1000;
const NUMBERS = Array.from({ length: EACH }, (_, number) => number);

describe('asynchronous publishing', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('of four sources at once loses nothing, repeats nothing, and keeps the order of each', async () => {
    const handled: Record<string, number[]> = {};
    const handler = noteHandler(({ source, data }) => (handled[source] ??= []).push(data.number));
    await using worker = await startWorker(redis.url, { prefix: 'four' }, [handler]);
    const publishing = SOURCES.map(async (source) => {
      await using publisher = await startWorker(redis.url, { prefix: 'four', source });
      return await Promise.all(
        NUMBERS.map((number) => publisher.producer.publish(NoteTaken, { topic: source, number })),
      );
    });
    const ids = (await Promise.all(publishing)).flat();
    expect(new Set(ids).size).toBe(SOURCES.length * EACH);

    const entries = await readEntries(redis.client, 'four:notes');
    expect(new Set(entries.map((entry) => entry['event_id'])).size).toBe(SOURCES.length * EACH);
    for (const source of SOURCES) {
      const own = entries.filter((entry) => entry['source'] === source);
      expect(own.map((entry) => (JSON.parse(entry['data'] ?? '') as NoteTaken).number)).toEqual(NUMBERS);
    }

    await eventually('everything is acknowledged', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0;
    });
    expect(handled).toEqual(Object.fromEntries(SOURCES.map((source) => [source, NUMBERS])));
  });
});
