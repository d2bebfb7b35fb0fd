import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

describe('health', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('is up while everything works', async () => {
    const gate = new Gate();
    const options = { prefix: 'up', consumer: { readAhead: 1, batchSize: 1 } };
    await using worker = await startWorker(redis.url, options, [noteHandler(() => gate.pass())]);
    const health = worker.app.get(EventsHealthIndicator);
    await worker.producer.publishAll(notes('a', 4));
    await eventually('one is read', () => worker.consumer.inFlight === 1);
    const { redis: found } = await health.redis();
    expect(found).toMatchObject({ status: 'up' });
    expect(found?.['latencyMs']).toBeGreaterThanOrEqual(0);
    expect(health.loop()).toEqual({ consumer: { status: 'up', name: worker.consumer.name, inFlight: 1 } });
    expect(await health.lag()).toEqual({ lag: { status: 'up', notes: { lag: 3, pending: 1 } } });
    expect(await health.lag('backlog', 2)).toEqual({ backlog: { status: 'degraded', notes: { lag: 3, pending: 1 } } });
    gate.open();
  });

  it('is down with the reason while Redis does not answer, and up again after that', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'down', commandTimeoutMs: 300 }, [
      noteHandler(() => undefined),
    ]);
    const health = worker.app.get(EventsHealthIndicator);
    expect(await health.redis()).toMatchObject({ redis: { status: 'up' } });
    redis.server.freeze();
    try {
      const { redis: found, ...more } = await health.redis();
      expect(found).toMatchObject({ status: 'down' });
      expect(found?.['message']).toMatch(/^Redis at 127\.0\.0\.1:\d+ is unavailable: ./);
      expect(more).toEqual({});
      const { lag } = await health.lag();
      expect(lag).toMatchObject({ status: 'down' });
    } finally {
      redis.server.thaw();
    }
    await eventually('it is up again', async () => (await health.redis())['redis']?.status === 'up');
    expect(health.loop()).toMatchObject({ consumer: { status: 'up' } });
  });

  it('is down with the address and the cause when Redis has gone', async () => {
    await using own = await freshRedis();
    await using worker = await startWorker(own.url, { prefix: 'gone', commandTimeoutMs: 300 });
    const health = worker.app.get(EventsHealthIndicator);
    expect(await health.redis()).toMatchObject({ redis: { status: 'up' } });
    await own.server.kill();
    await eventually('it says so', async () => {
      const message: unknown = (await health.redis())['redis']?.['message'];
      return (
        message === `Redis at 127.0.0.1:${String(own.server.port)} is unavailable: nothing listens there (ECONNREFUSED)`
      );
    });
  });

  it('is down when the reading loop stands still', async () => {
    await using worker = await startWorker(
      redis.url,
      { prefix: 'still', commandTimeoutMs: 490, consumer: { blockMs: 10 } },
      [noteHandler(() => undefined)],
    );
    const health = worker.app.get(EventsHealthIndicator);
    await eventually('it is up', () => health.loop()['consumer']?.status === 'up');
    // The loop and this test share one thread: while the test keeps it busy, the loop cannot go round.
    const until = Date.now() + 1100;
    while (Date.now() < until) continue;
    expect(health.loop()).toMatchObject({ consumer: { status: 'down' } });
    expect(health.loop()['consumer']?.['message']).toMatch(
      /the reading loop has stood still for \d+ ms; it should go round in 1000/,
    );
    await eventually('it is up again', () => health.loop()['consumer']?.status === 'up');
  });

  it('of a process that consumes nothing is that of Redis alone', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'producer', group: null });
    const health = worker.app.get(EventsHealthIndicator);
    expect(health.loop()).toEqual({ consumer: { status: 'up', consuming: false } });
    expect(await health.lag()).toEqual({ lag: { status: 'up' } });
  });
});
