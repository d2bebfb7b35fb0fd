import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type ChildSettings } from './child-worker.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const COUNT = 400;
const READ_AHEAD = 60;
const CLAIM_AFTER_MS = 16_000;
const NEVER_MS = 3_600_000;
const retry = { attempts: 1000, firstDelayMs: NEVER_MS, maxDelayMs: NEVER_MS };

interface Case {
  keys: number;
  settings: Partial<ChildSettings>;
  /** Of each event with the worker that comes after. */
  attempt: number;
}

describe('a worker that is killed while hundreds of entries are deferred', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.concurrent.each<[string, Case]>([
    ['behind', { keys: 8, settings: { hangAfter: 0 }, attempt: 1 }],
    ['paused', { keys: COUNT, settings: { fails: true }, attempt: 2 }],
  ])('%s: another one takes all over in time, in order, and repeats no effect', async (prefix, asked) => {
    const { keys, settings, attempt } = asked;
    const consumer = { readAhead: READ_AHEAD, batchSize: 20, claimAfterMs: CLAIM_AFTER_MS, retry };
    await using killed = await startChild({ redis: redis.url, prefix, consumer, ...settings });
    const attempts: number[] = [];
    const handler = noteHandler(({ data: { topic, number } }, delivery) => {
      attempts.push(delivery.attempt);
      delivery.transaction.hincrby('effects', number.toString(), 1).rpush(`order ${topic}`, number);
    });
    await using publisher = await startWorker(redis.url, { prefix, group: null });
    const events = Array.from({ length: COUNT }, (_, number) => ({
      event: NoteTaken,
      data: { topic: `topic ${String(number % keys)}`, number },
    }));
    await publisher.producer.publishAll(events);
    const deferred = async (): Promise<number> => {
      const rows = (await redis.client.xpending(`${prefix}:notes`, 'testers', '-', '+', COUNT)) as unknown[][];
      return rows.length === COUNT ? rows.filter(([, , , deliveries]) => deliveries === 0).length : 0;
    };
    await eventually('most are deferred', async () => (await deferred()) >= COUNT - READ_AHEAD - 20);
    await using heir = await startWorker(redis.url, { prefix, consumer }, [handler]);
    killed.signal('SIGKILL');
    await killed.exited;

    const left = async () => (await heir.monitor.pending('notes', 'testers')).byConsumer[killed.name];
    await eventually('the other one has all', async () => (await left()) === undefined, 1.5 * CLAIM_AFTER_MS);
    await eventually('all are handled', async () => (await heir.monitor.pending('notes', 'testers')).count === 0);
    const numbers = Array.from({ length: COUNT }, (_, number) => number);
    expect(await redis.client.hgetall(`${prefix}:tester:effects`)).toEqual(
      Object.fromEntries(numbers.map((number) => [String(number), '1'])),
    );
    for (let key = 0; key < keys; key += 1) {
      const expected = numbers.filter((number) => number % keys === key).map(String);
      expect(await redis.client.lrange(`${prefix}:tester:order topic ${String(key)}`, 0, -1)).toEqual(expected);
    }
    expect(attempts).toEqual(numbers.map(() => attempt));
    const noted = [`${prefix}:notes:dead-letters`, `${prefix}:notes:testers:deliveries`];
    expect(await redis.client.exists(...noted)).toBe(0);
    expect(heir.observations.filter(({ kind }) => kind !== 'handled' && kind !== 'taken-over')).toEqual([]);
  });
});
