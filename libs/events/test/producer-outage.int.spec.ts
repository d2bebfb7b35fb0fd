import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ProducerOverloadedError, PublishTimeoutError, RedisOutOfMemoryError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbersOf } from './entries.js';
import { NoteTaken, notes } from './notes.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker } from './worker.js';

const note = { topic: 'a', number: 1 };

describe('producer in an outage', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const numbersIn = (stream: string): Promise<number[]> => numbersOf(redis.client, stream);

  it('appends once what it sends again because the reply was lost', async () => {
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(proxy.url, { prefix: 'lost', commandTimeoutMs: 200 });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    const before = proxy.connections;
    proxy.dropReplies();
    const publishing = worker.producer.publishAll(notes('b', 3));
    await eventually('it is appended, and the client has tried again', async () => {
      return (await redis.client.xlen('lost:notes')) === 4 && proxy.connections > before;
    });
    proxy.heal();
    const ids = await publishing;
    const entries = await redis.client.xrange('lost:notes', '-', '+');
    expect(entries.slice(1).map(([id]) => id)).toEqual(ids);
  });

  it('keeps the order, and appends each once, over a network that fails again and again', async () => {
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(proxy.url, {
      prefix: 'order',
      commandTimeoutMs: 200,
      producer: { timeoutMs: 20_000 },
    });
    const published: string[] = [];
    const publishing = notes('a', 1000).map(async ({ event, data }) =>
      published.push(await worker.producer.publish(event, data)),
    );
    let cuts = 0;
    const appended = () => redis.client.xlen('order:notes');
    for (const threshold of [100, 300, 500, 700]) {
      await eventually(`${String(threshold)} are appended`, async () => (await appended()) >= threshold);
      if (++cuts % 2 === 0) proxy.dropReplies();
      proxy.cut();
      const connections = proxy.connections;
      await eventually('the client is back', () => proxy.connections > connections);
      proxy.heal();
    }
    await Promise.all(publishing);
    expect(await numbersIn('order:notes')).toEqual(notes('a', 1000).map(({ data }) => data.number));
    expect(published).toEqual((await redis.client.xrange('order:notes', '-', '+')).map(([id]) => id));
  });

  it('appends once what the network held back and delivered after its repeat, and after many others', async () => {
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(proxy.url, { prefix: 'late', commandTimeoutMs: 200 });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    proxy.holdRequests();
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    for (let number = 2; number < 80; number += 1) await worker.producer.publish(NoteTaken, { topic: 'a', number });

    const clients = async () => Number(/connected_clients:(\d+)/.exec(await redis.client.info('clients'))?.[1]);
    const before = await clients();
    proxy.heal();
    await eventually('the server has seen the first one, too', async () => (await clients()) === before - 1);
    expect(await numbersIn('late:notes')).toEqual(Array.from({ length: 80 }, (_, number) => number));
  });

  it('gives up at its deadline, and an event that it gave up is there once or not at all', async () => {
    await using worker = await startWorker(redis.url, {
      prefix: 'frozen',
      commandTimeoutMs: 100,
      producer: { timeoutMs: 500 },
    });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    redis.server.freeze();
    const error: unknown = await worker.producer.publish(NoteTaken, note).catch((reason: unknown) => reason);
    redis.server.thaw();
    expect(error).toBeInstanceOf(PublishTimeoutError);
    expect(error).toMatchObject({
      timeoutMs: 500,
      cause: { name: /Redis(Timeout|Unavailable)Error/, address: /^127\.0\.0\.1:\d+$/ },
    });

    await worker.producer.publish(NoteTaken, { topic: 'a', number: 2 });
    const numbers = await numbersIn('frozen:notes');
    expect([
      [0, 2],
      [0, 1, 2],
    ]).toContainEqual(numbers);
  });

  it('gives each event its deadline from when it was asked for, however many wait before it', async () => {
    await using worker = await startWorker(redis.url, {
      prefix: 'queue',
      commandTimeoutMs: 100,
      producer: { timeoutMs: 400 },
    });
    await worker.producer.publish(NoteTaken, note);
    redis.server.freeze();
    try {
      // Forty batches: one after the other they would take 16 s.
      const publishing = Promise.allSettled(
        notes('a', 4000).map(({ event, data }) => worker.producer.publish(event, data)),
      );
      let results: PromiseSettledResult<string>[] | undefined;
      void publishing.then((settled) => (results = settled));
      const settled = await eventually('all have failed', () => results, 5000);
      expect(
        settled.every((result) => result.status === 'rejected' && result.reason instanceof PublishTimeoutError),
      ).toBe(true);
    } finally {
      redis.server.thaw();
    }
    await worker.producer.publish(NoteTaken, note);
  });

  it('refuses at once what its buffer has no room for, and takes more when there is room again', async () => {
    const options = { prefix: 'full', commandTimeoutMs: 500, producer: { bufferLimit: 150, timeoutMs: 10_000 } };
    await using worker = await startWorker(redis.url, options);
    await worker.producer.publish(NoteTaken, note);
    redis.server.freeze();
    let waiting: Promise<string[]>;
    try {
      waiting = worker.producer.publishAll(notes('a', 150));
      const more = worker.producer.publish(NoteTaken, note);
      await expect(more).rejects.toThrow(ProducerOverloadedError);
      await expect(more).rejects.toThrow('150 events already wait to be published; nothing was taken');
      await expect(worker.producer.publishAll(notes('b', 2))).rejects.toThrow(ProducerOverloadedError);
    } finally {
      redis.server.thaw();
    }
    expect(await waiting).toHaveLength(150);
    await worker.producer.publishAll(notes('c', 150));
    expect(await redis.client.xlen('full:notes')).toBe(301);
    await expect(worker.producer.publishAll(notes('d', 151))).rejects.toThrow(ProducerOverloadedError);
  });

  it('publishes through a restart of Redis, and after its scripts were flushed', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'restart' });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await redis.client.script('FLUSH');
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const restarting = redis.restart();
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 2 });
    await restarting;
    expect(await numbersIn('restart:notes')).toEqual([0, 1, 2]);
  });

  it('refuses at once what its buffer has no room for in bytes', async () => {
    const producer = { bufferBytes: 10_000, timeoutMs: 10_000 };
    await using worker = await startWorker(redis.url, { prefix: 'heavy', group: null, producer });
    const large = notes('x'.repeat(4800), 2);
    const publishing = worker.producer.publish(NoteTaken, large[0]?.data ?? note);
    await expect(worker.producer.publishAll(large)).rejects.toThrow('events of 10000 bytes already wait');
    await publishing;
    await worker.producer.publish(NoteTaken, large[1]?.data ?? note);
    expect(await redis.client.xlen('heavy:notes')).toBe(2);
  });

  it('says at once that Redis is out of memory, and appends nothing', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'memory', producer: { timeoutMs: 600_000 } });
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      await expect(worker.producer.publish(NoteTaken, note)).rejects.toThrow(RedisOutOfMemoryError);
      await expect(worker.producer.publishAll(notes('a', 3))).rejects.toThrow('nothing was published. Raise maxmemory');
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
    expect(await redis.client.exists('memory:notes')).toBe(0);
    await worker.producer.publish(NoteTaken, note);
  });
});
