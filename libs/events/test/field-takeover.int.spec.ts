import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { deliverToTheDead } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

const LEFT = 500;
const CLAIM_AFTER_MS = 1500;

const pendingOf = (worker: Worker) => worker.monitor.pending('notes', 'testers');

describe('entries of a dead worker come before new ones', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** Notes of a key each, numbered. */
  async function append(stream: string, from: number, count: number): Promise<void> {
    const pipeline = redis.client.pipeline();
    for (let number = from; number < from + count; number += 1) {
      pipeline.xadd(stream, '*', ...noteFields({ data: JSON.stringify({ topic: `topic ${String(number)}`, number }) }));
    }
    await pipeline.exec();
  }

  it('and are taken over while a backlog waits and no handler ends', async () => {
    await append('hang:notes', 0, LEFT);
    const ids = await deliverToTheDead(redis.client, 'hang:notes', LEFT);
    await append('hang:notes', LEFT, 3000);
    await redis.client.xclaim('hang:notes', 'testers', 'dead', 0, ...ids, 'JUSTID');
    const gate = new Gate();
    let handled = 0;
    const handler = noteHandler(async () => {
      await gate.pass();
      handled += 1;
    });
    const options = { prefix: 'hang', consumer: { claimAfterMs: CLAIM_AFTER_MS } };
    await using worker = await startWorker(redis.url, options, [handler]);
    await eventually('it has no handler free', async () => {
      // The other one is not dead yet.
      await redis.client.xclaim('hang:notes', 'testers', 'dead', 0, ...ids, 'JUSTID');
      return (await pendingOf(worker)).count > LEFT;
    });
    await eventually('the living one has all of it', async () => {
      return (await pendingOf(worker)).byConsumer['dead'] === undefined;
    });
    expect(handled).toBe(0);
    gate.open();
    await eventually('all are handled', () => handled === LEFT + 3000);
  });

  it('and are handled before the rest of a backlog', async () => {
    await append('first:notes', 0, 100);
    await deliverToTheDead(redis.client, 'first:notes', 100);
    await append('first:notes', 100, 3000);
    const seen: number[] = [];
    const handler = noteHandler(async ({ data }) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.push(data.number);
    });
    const options = { prefix: 'first', consumer: { claimAfterMs: 300, concurrency: 2 } };
    await using worker = await startWorker(redis.url, options, [handler]);
    await eventually('all are handled', () => seen.length === 3100);
    expect(seen.findLastIndex((number) => number < 100)).toBeLessThan(2000);
    await eventually('nothing is pending', async () => (await pendingOf(worker)).count === 0);
  });

  it('and are shared by slow workers', async () => {
    await append('shared:notes', 0, LEFT);
    await deliverToTheDead(redis.client, 'shared:notes', LEFT, 60_000);
    const by = new Map<string, number>();
    const handler = noteHandler(async (_, { consumer }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      by.set(consumer, (by.get(consumer) ?? 0) + 1);
    });
    const options = { prefix: 'shared', consumer: { claimAfterMs: 60_000, concurrency: 4 } };
    await using one = await startWorker(redis.url, options, [handler]);
    await using two = await startWorker(redis.url, options, [handler]);
    await eventually('all are handled', () => [...by.values()].reduce((sum, count) => sum + count, 0) >= LEFT);
    expect([...by.keys()].sort()).toEqual([one.consumer.name, two.consumer.name].sort());
    expect(Math.min(...by.values())).toBeGreaterThan(LEFT / 10);
  });

  it('with partitions, too, whatever waits in other partitions', async () => {
    await append('{parts:0}:notes', 0, 300);
    await append('{parts:1}:notes', 300, 300);
    await deliverToTheDead(redis.client, '{parts:1}:notes', 300);
    const gate = new Gate();
    let handled = 0;
    const handler = noteHandler(async () => {
      await gate.pass();
      handled += 1;
    });
    await using worker = await startWorker(redis.url, { prefix: 'parts', partitions: 2 }, [handler]);
    await eventually('the owner has all of it', async () => {
      const [, , , consumers] = (await redis.client.xpending('{parts:1}:notes', 'testers')) as [
        number,
        string,
        string,
        [string, string][],
      ];
      return consumers.every(([name]) => name === worker.consumer.name);
    });
    expect(handled).toBe(0);
    gate.open();
    await eventually('all are handled', () => handled === 600);
  });
});
