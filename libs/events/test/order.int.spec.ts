import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { readerName } from '../src/stream/keys/reader-connection.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker } from './worker.js';

/** So long that no test waits for it. */
const NEVER_MS = 3_600_000;

describe('order', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('of the events of a key is that of the stream, whatever their handlers take', async () => {
    const seen: Record<string, number[]> = {};
    let running = 0;
    let most = 0;
    const handler = noteHandler(async ({ data }) => {
      most = Math.max(most, ++running);
      // The earlier ones take longer.
      for (let turn = 10 - data.number; turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
      (seen[data.topic] ??= []).push(data.number);
      running -= 1;
    });
    await using worker = await startWorker(redis.url, { prefix: 'keys' }, [handler]);
    const topics = ['a', 'b', 'c', 'd'];
    await worker.producer.publishAll(
      Array.from({ length: 10 }, (_, number) =>
        topics.map((topic) => ({ event: NoteTaken, data: { topic, number } })),
      ).flat(),
    );
    const numbers = notes('any', 10).map(({ data }) => data.number);
    await eventually('all are handled', () => Object.values(seen).flat().length === 40);
    expect(seen).toEqual(Object.fromEntries(topics.map((topic) => [topic, numbers])));
    // Keys do not wait for each other.
    expect(most).toBe(4);
  });

  it('holds when the reply to a read was lost: its entries are found at once, before newer ones', async () => {
    await using proxy = await startProxy(redis.url);
    const seen: number[] = [];
    const handler = noteHandler(({ data }) => seen.push(data.number));
    const options = { prefix: 'lost', commandTimeoutMs: 300, consumer: { claimAfterMs: NEVER_MS } };
    await using worker = await startWorker(proxy.url, options, [handler]);
    await using publisher = await startWorker(redis.url, { prefix: 'lost', group: null });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await eventually('the worker reads', () => seen.length === 1);

    proxy.dropReplies();
    await publisher.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is delivered, and the reply is lost', async () => {
      return (await publisher.monitor.pending('notes', 'testers')).byConsumer[worker.consumer.name] === 1;
    });
    await publisher.producer.publish(NoteTaken, { topic: 'a', number: 2 });
    proxy.heal();
    await eventually('all are handled', () => seen.length === 3);
    expect(seen).toEqual([0, 1, 2]);
    await eventually(
      'nothing is pending',
      async () => (await publisher.monitor.pending('notes', 'testers')).count === 0,
    );
  });

  it('holds when a read reaches Redis only after its repeat: its entries are found before newer ones', async () => {
    await using proxy = await startProxy(redis.url);
    const gate = new Gate();
    const seen: number[] = [];
    const handler = noteHandler(async ({ data }) => {
      seen.push(data.number);
      if (data.number === 1) await gate.pass();
    });
    const consumer = { claimAfterMs: NEVER_MS, batchSize: 1, readAhead: 1 };
    await using worker = await startWorker(proxy.url, { prefix: 'late', commandTimeoutMs: 300, consumer }, [handler]);
    await using publisher = await startWorker(redis.url, { prefix: 'late', group: null });
    const publish = (number: number) => publisher.producer.publish(NoteTaken, { topic: 'a', number });
    await publish(0);
    await eventually('the worker reads', () => seen.length === 1);

    proxy.holdRequests();
    const name = readerName('tester', worker.consumer.name);
    await eventually('it reads on another connection', async () => {
      return String(await redis.client.client('LIST')).split(`name=${name} `).length === 3;
    });
    await publish(1);
    await eventually('it has no room for more', () => seen.length === 2);
    await publish(2);
    proxy.heal();
    await eventually('the old read has been executed', async () => {
      return (await publisher.monitor.pending('notes', 'testers')).byConsumer[worker.consumer.name] === 2;
    });
    await publish(3);
    gate.open();
    await eventually('all are handled', () => seen.length === 4);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('holds when a group was set back soon after a reconnect: its entries are accepted again', async () => {
    await using proxy = await startProxy(redis.url);
    const seen: number[] = [];
    const handler = noteHandler(({ data }) => seen.push(data.number));
    const options = { prefix: 'back', consumer: { claimAfterMs: NEVER_MS } };
    await using worker = await startWorker(proxy.url, options, [handler]);
    await worker.producer.publishAll(notes('a', 3));
    await eventually('they are handled', () => seen.length === 3);
    proxy.cut();
    await using publisher = await startWorker(redis.url, { prefix: 'back', group: null });
    await publisher.producer.publish(NoteTaken, { topic: 'a', number: 3 });
    await eventually('it reads again', () => seen.length === 4);
    // What is still held when the group goes back is not taken again.
    await eventually('it is settled', () => worker.consumer.inFlight === 0);
    await redis.client.xgroup('SETID', 'back:notes', 'testers', '0');
    await eventually('all have come again', () => seen.length === 8);
    expect(seen).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it('holds, and nothing is handled twice, on connections that are cut again and again', async () => {
    await using proxy = await startProxy(redis.url);
    const seen: number[] = [];
    const handler = noteHandler(({ data }, { transaction }) => {
      seen.push(data.number);
      transaction.rpush('effects', data.number);
    });
    const consumer = { claimAfterMs: NEVER_MS, batchSize: 10, readAhead: 20 };
    await using worker = await startWorker(proxy.url, { prefix: 'cut', commandTimeoutMs: 300, consumer }, [handler]);
    await using publisher = await startWorker(redis.url, { prefix: 'cut', group: null });
    await publisher.producer.publishAll(notes('a', 300));
    for (const threshold of [50, 100, 150, 200]) {
      await eventually(`${String(threshold)} are handled`, () => seen.length >= threshold);
      proxy.cut();
    }
    await eventually('all are settled', async () => {
      const [group] = await publisher.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0 && worker.consumer.inFlight === 0;
    });
    const numbers = notes('a', 300).map(({ data }) => data.number);
    expect(seen).toEqual(numbers);
    expect(await redis.client.lrange('cut:tester:effects', 0, -1)).toEqual(numbers.map(String));
  });
});
