import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from '../test/entries.js';
import { startProxy } from '../test/tcp-proxy.js';
import { startWorker, type Worker } from '../test/worker.js';
import { startChild } from './child.js';
import { isQuiet } from './final-state.js';
import { History } from './history.js';
import { keysOf, publishOn } from './publishers.js';
import { seeded } from './random.js';
import { storm } from './storm.js';
import { expectPromisesKept } from './trial.js';

const consumer = { forgetAfterMs: 500 };

describe('publishing', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('on a network that fails in every way keeps what it says of each event', async () => {
    const prefix = 'storm';
    const history = new History();
    await using proxy = await startProxy(redis.url);
    await using worker = await startWorker(redis.url, { prefix, consumer }, [history.handler()]);
    const options = { prefix, group: null, commandTimeoutMs: 150, producer: { timeoutMs: 400 } };
    await using publisher = await startWorker(proxy.url, options);
    const publishers = publishOn(history, publisher.producer, keysOf('key', 5));
    await storm(proxy, seeded(prefix), 40);
    await publishers.stop();
    expect(history.count('acknowledged')).toBeGreaterThan(100);
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('to a server that stalls again and again beyond the timeout, and so do its workers', async () => {
    const prefix = 'stalled';
    const history = new History();
    const random = seeded(prefix);
    const options = { prefix, consumer, commandTimeoutMs: 150, producer: { timeoutMs: 400 } };
    await using worker = await startWorker(redis.url, options, [history.handler()]);
    const publishers = publishOn(history, worker.producer, keysOf('key', 5));
    for (let round = 1; round <= 6; round += 1) {
      const acknowledged = history.count('acknowledged') + random.between(20, 100);
      await eventually('publishing goes on', () => history.count('acknowledged') >= acknowledged);
      const unknown = history.count('unknown') + 5;
      redis.server.freeze();
      try {
        // Those that wait for their answer are unknown, too.
        await eventually('the first have given up', () => history.count('unknown') >= unknown + 5);
      } finally {
        redis.server.thaw();
      }
    }
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('to a server without memory is refused, while workers settle what is there; with memory all goes on', async () => {
    const prefix = 'memory';
    const history = new History();
    const options = { prefix, consumer, producer: { timeoutMs: 300 } };
    await using worker = await startWorker(redis.url, options, [history.handler()]);
    const publishers = publishOn(history, worker.producer, keysOf('key', 5));
    await eventually('publishing goes on', () => history.count('acknowledged') > 50);
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      const refused = () =>
        history.publications.filter(({ answer }) => answer.kind === 'refused' && answer.error.includes('OOM'));
      await eventually('publishes are refused, with what Redis said', () => refused().length >= 10);
      await eventually('what is there is settled', async () => {
        const [group] = await worker.monitor.groups('notes');
        return group?.lag === 0 && group.pending === 0;
      });
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
    const acknowledged = history.count('acknowledged');
    await eventually('publishing goes on', () => history.count('acknowledged') > acknowledged + 50);
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('by processes that are killed: what they were told holds, and what they were not told is there once or not at all', async () => {
    const prefix = 'killed';
    const history = new History();
    const random = seeded(prefix);
    await using worker = await startWorker(redis.url, { prefix, consumer }, [history.handler()]);
    for (let round = 1; round <= 3; round += 1) {
      const keys = keysOf(`key of ${String(round)}`, 3);
      await using publisher = await startChild(history, { redis: redis.url, prefix, keys });
      const enough = history.count('acknowledged') + random.between(20, 200);
      await eventually('it publishes', () => history.count('acknowledged') >= enough);
      publisher.signal(round < 3 ? 'SIGKILL' : 'SIGTERM');
      await publisher.exited;
    }
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('of JSON that is nested 5,000 levels deep, or has odd keys, harms no other event', async () => {
    const prefix = 'nested';
    const history = new History();
    const scene = (alive: Worker) => ({ client: redis.client, prefix, alive: [alive] });
    await using worker = await startWorker(redis.url, { prefix, consumer }, [history.handler()]);
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const odd = '{"__proto__":{"polluted":true},"prototype":{"polluted":true}}';
    const answers = await Promise.all([
      history.publish(worker.producer, 'before', 0),
      history.publish(worker.producer, 'odd', 0, { body: JSON.parse(odd) as unknown }),
      history.publish(worker.producer, 'deep', 0, { body: JSON.parse(deep) as unknown }),
      history.publish(worker.producer, 'after', 0),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(['acknowledged', 'refused', 'refused', 'acknowledged']);
    expect(answers.slice(1, 3)).toEqual([
      expect.objectContaining({ error: expect.stringContaining('EventPayloadError') }),
      expect.objectContaining({ error: expect.stringContaining('EventPayloadError') }),
    ]);
    await expectPromisesKept(history, scene(worker), { order: 'key' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();

    // From elsewhere it can be in the stream, and is no reason to stop: a dead letter, or handled.
    const data = `{"topic":"elsewhere","number":0,"body":${deep}}`;
    await redis.client.xadd(`${prefix}:notes`, '*', ...noteFields({ data }));
    expect(await history.publish(worker.producer, 'after', 1)).toMatchObject({ kind: 'acknowledged' });
    await eventually('both are settled', () => isQuiet(redis.client, { prefix }));
  });
});
