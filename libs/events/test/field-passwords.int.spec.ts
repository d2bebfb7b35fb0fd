import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { type RedisTarget } from 'nestjs-event-streams';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

/** Gives a user another password and ends its connections: each must sign in anew. */
async function changePassword({ client }: TestRedis, user: string, password: string): Promise<void> {
  await client.acl('SETUSER', user, 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all');
  await client.call('CLIENT', 'KILL', 'USER', user);
}

describe('a password that changes while the process runs', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const asked: Record<string, (user: string, password: () => Promise<string>) => RedisTarget> = {
    'beside a URL': (username, password) => ({ url: redis.url.replace('//', `//${username}:old@`), password }),
    "in ioredis' options": (username, password) => ({ host: '127.0.0.1', port: redis.server.port, username, password }),
  };

  it.each(Object.keys(asked))('is asked for before each connection, where it is a function %s', async (how) => {
    const user = how.startsWith('beside') ? 'ada' : 'bob';
    let current = 'first';
    await changePassword(redis, user, current);
    const seen: number[] = [];
    const target = asked[how]?.(user, () => Promise.resolve(current));
    const handler = noteHandler(({ data }) => void seen.push(data.number));
    await using worker = await startWorker('', { redis: target as RedisTarget, prefix: user }, [handler]);
    await worker.producer.publishAll(notes('a', 2));
    await eventually('they are handled', () => seen.length === 2);
    current = 'second';
    await changePassword(redis, user, current);
    await worker.producer.publishAll(notes('b', 2));
    await eventually('the next ones are handled', () => seen.length === 4);
    expect(worker.app.get(EventsHealthIndicator).loop()).toMatchObject({ consumer: { status: 'up' } });
  });

  it('is waited for while the function fails, and what it threw is not shown', async () => {
    await changePassword(redis, 'cid', 'first');
    let isSealed = false;
    const password = (): string => {
      if (isSealed) throw new Error('no secret for s3cret');
      return 'first';
    };
    const seen: number[] = [];
    await using worker = await startWorker(
      '',
      { redis: { host: '127.0.0.1', port: redis.server.port, username: 'cid', password }, prefix: 'cid' },
      [noteHandler(({ data }) => void seen.push(data.number))],
    );
    const logs = collectLogs();
    isSealed = true;
    await redis.client.call('CLIENT', 'KILL', 'USER', 'cid');
    const publishing = worker.producer.publishAll(notes('a', 1));
    await eventually('it says so', () => worker.observations.some(({ kind }) => kind === 'outage'));
    isSealed = false;
    await publishing;
    await eventually('it is handled', () => seen.length === 1);
    expect(logs.warnings.join()).not.toContain('s3cret');
  });

  it('and is none: liveness says that a new start is needed, and why', async () => {
    await changePassword(redis, 'dan', 'first');
    const url = redis.url.replace('//', '//dan:first@');
    await using worker = await startWorker(url, { prefix: 'dan', commandTimeoutMs: 500 }, [
      noteHandler(() => undefined),
    ]);
    const health = worker.app.get(EventsHealthIndicator);
    expect(health.loop()).toMatchObject({ consumer: { status: 'up' } });
    await changePassword(redis, 'dan', 'second');
    const message = await eventually('it is down', () => {
      const { consumer } = health.loop();
      return consumer?.status === 'down' && String(consumer['message']);
    });
    expect(message).toMatch(
      /^Redis refuses the password that this process was started with \(WRONGPASS .*start it again/,
    );
    // The one that it has counts again.
    await changePassword(redis, 'dan', 'first');
    await eventually('it is up again', () => health.loop()['consumer']?.status === 'up');
  });
});

describe('a database that Redis does not give', () => {
  it('is no reason to go on with the first one', async () => {
    await using redis = await freshRedis();
    await redis.client.acl('SETUSER', 'eve', 'on', '>secret', '~*', '&*', '+@all', '-select');
    const url = `${redis.url.replace('//', '//eve:secret@')}/3`;
    await using worker = await startWorker(url, { prefix: 'eve', group: null, producer: { timeoutMs: 500 } });
    await expect(worker.producer.publishAll(notes('a', 1))).rejects.toThrow();
    expect(await redis.client.dbsize()).toBe(0);
  });
});
