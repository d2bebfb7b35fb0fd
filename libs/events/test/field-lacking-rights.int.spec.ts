import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { PublishTimeoutError, RedisForbiddenError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker } from './worker.js';

const note = { topic: 'a', number: 1 };

describe('an application whose Redis user lacks a right', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** A user that may do everything. @returns its URL */
  async function user(name: string, base = redis.url): Promise<string> {
    await redis.client.acl('SETUSER', name, 'on', '>secret', '~*', '&*', '+@all');
    return base.replace('//', `//${name}:secret@`);
  }

  /** Calls of scripts so far, run or refused. */
  async function evaluations(): Promise<number> {
    const stats = await redis.client.info('commandstats');
    const counts = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+).*rejected_calls=(\d+)/gm)];
    return counts.reduce((sum, [, calls, rejected]) => sum + Number(calls) + Number(rejected), 0);
  }

  it.each(['hset', 'pexpire', 'xadd', 'set', 'get', 'type', 'hmget', '@scripting'])(
    'is told at once that nothing was published, and so it is: without %s',
    async (right) => {
      const prefix = `no-${right.replace('@', '')}`;
      await using worker = await startWorker(await user(prefix), { prefix, group: null });
      await redis.client.acl('SETUSER', prefix, `-${right}`);
      const before = await evaluations();
      const publish = () =>
        worker.producer.publishAll([
          { event: NoteTaken, data: note, options: { idempotencyKey: 'once' } },
          { event: NoteFiled, data: note },
        ]);
      const publishing = publish();
      await expect(publishing).rejects.toThrow(RedisForbiddenError);
      if (!right.startsWith('@')) await expect(publishing).rejects.toThrow(`'${right}'`);
      expect(await evaluations()).toBeLessThanOrEqual(before + 3);
      expect(await redis.client.exists(`${prefix}:notes`, `${prefix}:files`)).toBe(0);
      await redis.client.acl('SETUSER', prefix, '+@all');
      expect(await publish()).toHaveLength(2);
      expect([await redis.client.xlen(`${prefix}:notes`), await redis.client.xlen(`${prefix}:files`)]).toEqual([1, 1]);
    },
  );

  it('is not told that nothing was published when the answer to it was lost, and the right went after that', async () => {
    await using proxy = await startProxy(redis.url);
    const options = { prefix: 'lost', group: null, commandTimeoutMs: 300, producer: { timeoutMs: 1500 } };
    await using worker = await startWorker(await user('lost', proxy.url), options);
    await worker.producer.publish(NoteTaken, note);
    proxy.dropReplies();
    const publishing = worker.producer.publish(NoteTaken, note);
    publishing.catch(() => undefined);
    await eventually('it is appended', async () => (await redis.client.xlen('lost:notes')) === 2);
    await redis.client.acl('SETUSER', 'lost', '-@scripting');
    proxy.heal();
    await expect(publishing).rejects.toThrow(PublishTimeoutError);
    expect(await redis.client.xlen('lost:notes')).toBe(2);
  });

  it.each(['xack', 'hset', 'hget', 'hdel', 'exists', 'xpending', 'xadd'])(
    'settles nothing by halves, and all of it once when the right is back: without %s',
    async (right) => {
      const prefix = `settling-${right}`;
      let isLacking = false;
      const tries: number[] = [];
      const handler = noteHandler(
        async ({ data: { number } }, { transaction }) => {
          if (!isLacking) {
            await redis.client.acl('SETUSER', prefix, `-${right}`);
            isLacking = true;
          }
          tries.push(number);
          transaction
            .incrby('count', 1)
            .incrby(`of ${String(number)}`, 1)
            .publish(NoteFiled, note);
          // Its failure is to be noted, and then it becomes a dead letter.
          if (number === 2) throw new Error('no');
        },
        { retry: { attempts: 2, firstDelayMs: 10, maxDelayMs: 10 } },
      );
      const url = await user(prefix);
      await using worker = await startWorker(url, { prefix, consumer: { claimAfterMs: 60_000 } }, [handler]);
      await worker.producer.publishAll(notes('a', 3));
      await eventually('it was refused', () => worker.observations.some(({ kind }) => kind === 'outage') || tries.length > 2); // prettier-ignore
      await redis.client.acl('SETUSER', prefix, '+@all');
      await eventually('all is settled', async () => {
        const { count } = await worker.monitor.pending('notes', 'testers');
        return count === 0 && worker.consumer.inFlight === 0 && tries.includes(2);
      });
      expect(tries.filter((number) => number < 2)).toEqual([0, 1]);
      expect(await redis.client.get(`${prefix}:tester:count`)).toBe('2');
      expect(await redis.client.xlen(`${prefix}:files`)).toBe(2);
      expect(await redis.client.xlen(`${prefix}:notes:dead-letters`)).toBe(1);
    },
  );

  it('acknowledges plain deliveries whole, with what was noted of them', async () => {
    let runs = 0;
    const handler = noteHandler(async () => {
      runs += 1;
      if (runs === 1) await redis.client.acl('SETUSER', 'plain', '-exists');
    });
    await using worker = await startWorker(await user('plain'), { prefix: 'plain' }, [handler]);
    await worker.producer.publishAll(notes('a', 3));
    await eventually('it was refused', () => worker.observations.some(({ kind }) => kind === 'outage'));
    expect(await worker.monitor.pending('notes', 'testers')).toMatchObject({ count: 3 });
    await redis.client.acl('SETUSER', 'plain', '+@all');
    await eventually('all is settled', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
    expect(await redis.client.exists('plain:notes:dead-letters')).toBe(0);
  });
});
