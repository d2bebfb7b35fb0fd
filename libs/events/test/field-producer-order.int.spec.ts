import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { PublishTimeoutError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbersOf, readEntries } from './entries.js';
import { NoteTaken, notes } from './notes.js';
import { BUSY, NOREPLICAS, type Refusal } from './refusals.js';
import { startProxy, type TcpProxy } from './tcp-proxy.js';
import { startWorker, type Worker } from './worker.js';

/** So many events at once go in two calls, half of them in each. */
const TWO_CALLS = 64;

/** What is refused for a moment. */
const moments: Record<string, Refusal> = { NOREPLICAS, BUSY };

describe('the order of what a producer publishes', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const numbersIn = (stream: string): Promise<number[]> => numbersOf(redis.client, stream);
  const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

  /** A producer whose two batches are on their way and have not arrived; they are the first, but for one event. */
  async function twoOnTheirWay(proxy: TcpProxy, worker: Worker): Promise<{ publishing: Promise<string[]> }> {
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    proxy.holdRequests();
    const publishing = Promise.all(
      notes('a', TWO_CALLS + 1)
        .slice(1)
        .map(({ event, data }) => worker.producer.publish(event, data)),
    );
    await eventually('two calls are on their way', () => proxy.held === 2);
    return { publishing };
  }

  it.each(Object.entries(moments))('holds when the first of two batches is refused: %s', async (name, moment) => {
    const prefix = name.toLowerCase();
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(proxy.url, { prefix, group: null });
    const { publishing } = await twoOnTheirWay(proxy, worker);
    await moment.begin(redis.client);
    proxy.letThrough(1);
    await eventually('the first is refused', () => worker.observations.some(({ kind }) => kind === 'outage'));
    await moment.end(redis.client);
    proxy.heal();
    const ids = await publishing;
    expect(await numbersIn(`${prefix}:notes`)).toEqual(upTo(TWO_CALLS + 1));
    expect((await redis.client.xrange(`${prefix}:notes`, '-', '+')).slice(1).map(([id]) => id)).toEqual(ids);
  });

  it('holds when the scripts were flushed, and somebody else brings them back between two batches', async () => {
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(proxy.url, { prefix: 'flushed', group: null });
    await using other = await startWorker(redis.url, { prefix: 'other', group: null });
    const { publishing } = await twoOnTheirWay(proxy, worker);
    await redis.client.script('FLUSH');
    proxy.letThrough(1);
    await eventually('the first is sent whole', () => proxy.held === 2);
    await other.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    proxy.heal();
    await publishing;
    expect(await numbersIn('flushed:notes')).toEqual(upTo(TWO_CALLS + 1));
  });

  it('holds, and nothing is stuck or twice there, when the producer is forgotten between two batches', async () => {
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(proxy.url, { prefix: 'forgotten', group: null });
    const { publishing } = await twoOnTheirWay(proxy, worker);
    proxy.letThrough(1);
    await eventually('the first is appended', async () => (await redis.client.xlen('forgotten:notes')) === 33);
    expect(await redis.client.del(...(await redis.client.keys('forgotten:producers:*')))).toBe(1);
    proxy.heal();
    await publishing;
    expect(await numbersIn('forgotten:notes')).toEqual(upTo(TWO_CALLS + 1));
    await redis.client.flushall();
    await worker.producer.publishAll(notes('a', 300));
    expect(await numbersIn('forgotten:notes')).toEqual(upTo(300));
  });

  it('lets a batch go whose predecessor was given up, and refuses that when it comes after all', async () => {
    await using proxy = await startProxy(redis.url);
    const options = { prefix: 'given-up', group: null, commandTimeoutMs: 1500, producer: { timeoutMs: 2000 } };
    await using worker = await startWorker(proxy.url, options);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    proxy.holdRequests();
    const first = worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    first.catch(() => undefined);
    await eventually('the first is on its way', () => proxy.held === 1);
    const later = performance.now() + 1000;
    await eventually('the second will be waited for when the first is not any more', () => performance.now() > later);
    const second = worker.producer.publish(NoteTaken, { topic: 'a', number: 2 });
    await eventually('the second is on its way, too', () => proxy.held === 2);
    // Their connection ends, and over the next one the first is refused until nobody waits for it any more.
    await redis.client.config('SET', 'min-replicas-to-write', '1');
    await expect(first).rejects.toThrow(PublishTimeoutError);
    await redis.client.config('SET', 'min-replicas-to-write', '0');
    await second;
    proxy.heal();
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 3 });
    const clients = async () => (await redis.client.client('LIST', 'TYPE', 'NORMAL')) as string;
    await eventually('what was held back has arrived', async () => {
      return (await clients()).split('\n').filter((line) => line.includes('name=tester')).length === 1;
    });
    const numbers = await numbersIn('given-up:notes');
    expect(numbers.filter((number) => number !== 1)).toEqual([0, 2, 3]);
    // A try that was under way when nobody waited any more may have come to something, but not behind the second.
    expect([-1, 1]).toContain(numbers.indexOf(1));
  });

  it('holds in each partition while Redis refuses now and then', async () => {
    const options = { prefix: 'now-and-then', group: null, partitions: 3, producer: { timeoutMs: 30_000 } };
    await using worker = await startWorker(redis.url, options);
    const topics = ['a', 'b', 'c', 'd', 'e'];
    const count = 200;
    const publishing: Promise<string>[] = [];
    const state = { isOver: false };
    const refusing = (async () => {
      for (let round = 0; !state.isOver; round += 1) {
        await redis.client.config('SET', 'min-replicas-to-write', String(round % 2));
        if (round % 7 === 0) await redis.client.script('FLUSH');
      }
      await redis.client.config('SET', 'min-replicas-to-write', '0');
    })();
    for (const number of upTo(count)) {
      for (const topic of topics) publishing.push(worker.producer.publish(NoteTaken, { topic, number }));
      await new Promise(setImmediate);
    }
    await Promise.all(publishing).finally(() => (state.isOver = true));
    await refusing;
    const streams = await redis.client.keys('*now-and-then*notes');
    const found = new Map(topics.map((topic) => [topic, [] as number[]]));
    for (const stream of streams) {
      for (const { data = '' } of await readEntries(redis.client, stream)) {
        const { topic, number } = JSON.parse(data) as NoteTaken;
        found.get(topic)?.push(number);
      }
    }
    expect(streams.length).toBeGreaterThan(1);
    for (const topic of topics) expect(found.get(topic)).toEqual(upTo(count));
  });
});
