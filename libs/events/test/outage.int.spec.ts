import { once, type EventEmitter } from 'node:events';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { RedisUnavailableError } from 'nestjs-event-streams';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;

describe('an outage of Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('while handlers run loses nothing, applies every effect once, and counts as no attempt', async () => {
    const gate = new Gate();
    const attempts: number[] = [];
    let running = 0;
    const handler = noteHandler(
      async ({ data }, { transaction, attempt }) => {
        attempts.push(attempt);
        running += 1;
        await gate.pass();
        transaction.incrby(`effects ${data.topic}`, 1).publish(NoteFiled, data);
      },
      { retry: { attempts: 1 } },
    );
    const options = { prefix: 'killed', commandTimeoutMs: 500, consumer: { concurrency: 8, claimAfterMs: 60_000 } };
    await using worker = await startWorker(redis.url, options, [handler]);
    const events = Array.from({ length: 30 }, (_, number) => ({
      event: NoteTaken,
      data: { topic: `topic ${String(number)}`, number },
    }));
    await worker.producer.publishAll(events);
    await eventually('handlers run', () => running === 8);
    const logs = collectLogs();

    const restarting = redis.restart();
    await eventually('the worker has noticed', () => logs.warnings.length > 0);
    gate.open();
    await restarting;
    await eventually(
      'all are settled',
      async () => (await redis.client.xlen('killed:files')) === 30 && (await pendingOf(worker)) === 0,
    );

    const effects = await redis.client.mget(events.map(({ data }) => `killed:tester:effects ${data.topic}`));
    expect(effects).toEqual(events.map(() => '1'));
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect(await redis.client.xlen('killed:files')).toBe(30);
    expect(await redis.client.exists('killed:notes:dead-letters')).toBe(0);
    // One line, however many connections notice it and however many attempts it takes.
    expect(logs.warnings.filter((line) => line.includes('is unavailable'))).toHaveLength(1);
    expect(logs.errors).toEqual([]);
  });

  it('that freezes Redis is survived like one that ends it', async () => {
    const seen: number[] = [];
    const handler = noteHandler(({ data }, { transaction }) => {
      seen.push(data.number);
      transaction.incrby('effects', 1);
    });
    await using worker = await startWorker(redis.url, { prefix: 'frozen', commandTimeoutMs: 300 }, [handler]);
    await worker.producer.publishAll(notes('a', 3));
    await eventually('they are handled', () => seen.length === 3);
    const logs = collectLogs();
    redis.server.freeze();
    try {
      await eventually('the worker has noticed', () => logs.warnings.some((line) => line.includes('is unavailable')));
    } finally {
      redis.server.thaw();
    }
    await worker.producer.publishAll(notes('b', 3));
    await eventually('the next ones are handled', () => seen.length === 6);
    expect(await redis.client.get('frozen:tester:effects')).toBe('6');
    expect(logs.errors).toEqual([]);
  });

  it('by a lack of memory does not keep what was read from being settled', async () => {
    const gate = new Gate();
    const handler = noteHandler(async (_, { transaction }) => {
      await gate.pass();
      transaction.incrby('effects', 1).publish(NoteFiled, { topic: 'a', number: 1 });
    });
    await using worker = await startWorker(redis.url, { prefix: 'memory' }, [handler]);
    await worker.producer.publishAll(notes('a', 5));
    await eventually('they are read', () => worker.consumer.inFlight === 5);
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      gate.open();
      await eventually(
        'all are settled',
        async () => (await pendingOf(worker)) === 0 && worker.consumer.inFlight === 0,
      );
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
    expect(await redis.client.get('memory:tester:effects')).toBe('5');
    expect(await redis.client.xlen('memory:files')).toBe(5);
  });

  it('at whose end ioredis gives up, as it can under Sentinels, is survived, too', async () => {
    const connection = new RedisConnection(redis.url, { name: 'tester', timeoutMs: 2000 });
    const { client } = connection as unknown as { client: EventEmitter & { disconnect(): void } };
    try {
      await connection.command('PING');
      let ended = once(client, 'end');
      client.disconnect(); // for good, as far as ioredis knows
      await ended;
      expect(await connection.command('PING')).toBe('PONG');
      ended = once(client, 'end');
      client.disconnect();
      await ended;
      await eventually('it is ready again, without being asked', () => connection.isReady);
    } finally {
      connection.close();
    }
  });

  it("that a handler meets in its own reads counts as no attempt of the event's", async () => {
    const attempts: number[] = [];
    let isDown = true;
    const handler = noteHandler(
      async (_, { transaction, attempt }) => {
        attempts.push(attempt);
        if (isDown) throw new RedisUnavailableError('10.0.0.1:6379', 'somewhere else');
        await transaction.get('anything');
        transaction.set('done', 1);
      },
      { retry: { ...SOON, attempts: 2 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'own' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it has failed often', () => attempts.length >= 4);
    isDown = false;
    await eventually('it is done', () => redis.client.exists('own:tester:done'));
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect(await redis.client.exists('own:notes:dead-letters')).toBe(0);
  });
});

describe('a start without Redis', () => {
  it.each([
    ['by URL', 'redis://user:s3cret-pass@127.0.0.1:1'],
    ['by options', { host: '127.0.0.1', port: 1, username: 'user', password: 's3cret-pass' }],
  ])('is refused in time, with host, port and cause, and without the password, %s', async (_, redis) => {
    const starting = startWorker('', { redis, prefix: 'none', commandTimeoutMs: 300 }, [noteHandler(() => undefined)]);
    const error = await starting.then(
      () => expect.fail(),
      (reason: unknown) => reason as RedisUnavailableError,
    );
    expect(error).toBeInstanceOf(RedisUnavailableError);
    expect(error.message).toBe('Redis at 127.0.0.1:1 is unavailable: nothing listens there (ECONNREFUSED)');
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect(`${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`).not.toContain('s3cret-pass');
  });

  it('is refused when the database does not exist: ioredis would go on with the first one', async () => {
    await using redis = await freshRedis();
    const starting = startWorker(`${redis.url}/99`, { prefix: 'none' }, [noteHandler(() => undefined)]);
    await expect(starting).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+ is unavailable: it has no such database$/);
    expect(await redis.client.dbsize()).toBe(0);
  });

  it('says that a server takes the connection and does not answer', async () => {
    await using frozen = await freshRedis();
    frozen.server.freeze();
    try {
      const starting = startWorker(frozen.url, { prefix: 'none', commandTimeoutMs: 300 }, [
        noteHandler(() => undefined),
      ]);
      await expect(starting).rejects.toThrow(
        /^Redis at 127\.0\.0\.1:\d+ is unavailable: .*(no answer|did.*t receive any)/i,
      );
    } finally {
      frozen.server.thaw();
    }
  });
});
