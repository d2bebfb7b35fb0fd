import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import {
  aclRules,
  DeadLetters,
  EventMonitor,
  EventProducer,
  Retention,
  type AclRole,
  type AclScope,
} from 'nestjs-event-streams';
import { directMonitorOf } from 'nestjs-event-streams/internal';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noteHandler, SOON } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

const LAYOUTS = [
  ['without partitions', 1],
  ['with partitions', 3],
] as const;

describe('the rules of Redis users', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    await redis.client.call('ACL', 'LOG', 'RESET');
  });

  /** Makes a user. @returns the URL that it signs in with */
  async function user(name: string, role: AclRole, scope: AclScope): Promise<string> {
    await redis.client.acl('SETUSER', name, 'reset', 'on', '>secret', ...aclRules(role, scope));
    return redis.url.replace('//', `//${name}:secret@`);
  }
  const refusals = async () =>
    ((await redis.client.call('ACL', 'LOG')) as unknown[][]).map((row) => `${String(row[9])}: ${String(row[7])}`);

  describe.each(LAYOUTS)('%s', (_name, partitions) => {
    const partitioned = partitions > 1;
    const prefix = partitioned ? 'divided' : 'whole';
    const worker = { prefix, streams: ['notes'], publishes: ['notes', 'files'], group: 'testers', state: 'tester' };
    const options = { prefix, partitions, consumer: { leaseMs: 900, unknownGraceMs: 300 } };

    it('suffice a worker: transactions, retries, dead letters, parking, replays, takeover, health, retention', async () => {
      const url = await user(`${prefix}-worker`, 'worker', { ...worker, partitioned, retention: true });
      const operator = await user(`${prefix}-operator`, 'operator', { prefix, partitioned });
      let isBroken = true;
      const handler = noteHandler(
        async ({ data }, { transaction, attempt }) => {
          if (data.topic === 'bad' && isBroken && data.number === 0) throw new Error('broken');
          if (attempt === 1 && data.number === 1) throw new Error('at first');
          await transaction.get('count');
          await transaction.hget('about', data.topic);
          transaction.hset('about', data.topic, data.number).incrby('count', 1).sadd('topics', data.topic);
          transaction.zadd('order', data.number, data.topic).rpush('list', data.topic);
          transaction.publish(NoteFiled, { topic: data.topic, number: data.number });
        },
        { retry: { ...SOON, attempts: 2 }, afterDeadLetter: 'park-key' },
      );
      const retention = { notes: { maxLength: 1000 } };
      await using first = await startWorker(url, { ...options, retention, startFrom: 'now' }, [handler]);
      await using second = await startWorker(url, { ...options, retention, startFrom: 'now' }, [handler]);
      await first.producer.publishAll([...notes('good', 5), ...notes('bad', 3)]);
      await first.producer.publish(NoteTaken, { topic: 'once', number: 7 }, { idempotencyKey: 'once' });
      const key = (await first.monitor.partitions('notes')).at(-1)?.key ?? '';
      await redis.client.xadd(key, '*', 'event_id', crypto.randomUUID(), 'event_type', 'note_taken', 'timestamp', new Date().toISOString(), 'version', '9.0', 'source', 'x', 'data', '{}'); // prettier-ignore
      await redis.client.xadd(key, '*', 'no', 'envelope');
      await using viewer = await startWorker(operator, { ...options, group: null });
      const settled = async () => {
        expect(await refusals()).toEqual([]);
        const groups = await viewer.monitor.groups('notes');
        return groups.length > 0 && groups.every(({ lag, pending }) => lag === 0 && pending === 0);
      };
      await eventually('all is settled', settled);
      const deadLetters = viewer.app.get(DeadLetters);
      await eventually('there are dead letters', async () => (await deadLetters.list('notes')).length >= 3);
      isBroken = false;
      for (const { id, reason } of await deadLetters.list('notes')) {
        if (reason === 'exhausted') await deadLetters.replay('notes', id, { by: 'a', why: 'b' });
      }
      await deadLetters.discardAll('notes', { reason: 'undecodable' });
      await eventually('they are handled', async () => (await deadLetters.list('notes')).every(({ reason }) => reason === 'unknown')); // prettier-ignore
      await deadLetters.history('notes', 10);
      await first.app.get(Retention).trim('notes');
      const health = first.app.get(EventsHealthIndicator);
      expect(await health.redis()).toMatchObject({ redis: { status: 'up' } });
      expect((await health.lag())['lag']).not.toHaveProperty('message');
      await first.stop();
      await second.producer.publishAll(notes('after', 5));
      await eventually('the other one goes on', settled);
      await second.stop();
      expect(await refusals()).toEqual([]);
    });

    it('suffice a producer, with idempotency keys', async () => {
      const url = await user(`${prefix}-producer`, 'producer', { prefix, publishes: ['notes'], partitioned, acks: 'replicated' }); // prettier-ignore
      await using publisher = await startWorker(url, { ...options, group: null });
      const producer = publisher.app.get(EventProducer);
      await producer.publishAll(notes('a', 3));
      const once = () => producer.publish(NoteTaken, { topic: 'a', number: 9 }, { idempotencyKey: 'k' });
      expect(await once()).toBe(await once());
      await expect(producer.publish(NoteFiled, { topic: 'a', number: 1 })).rejects.toThrow(
        /may not|NOPERM|permission/i,
      );
      expect((await refusals()).every((line) => line.includes(prefix))).toBe(true);
    });

    it('suffice a viewer', async () => {
      const url = await user(`${prefix}-viewer`, 'viewer', { prefix, partitioned });
      await using viewer = await startWorker(url, { ...options, group: null });
      const monitor = viewer.app.get(EventMonitor);
      expect(await monitor.streams()).toContain('notes');
      const { groups } = await monitor.stream('notes');
      for (const { name: group } of groups) {
        await monitor.backlog('notes', group);
        await monitor.consumers('notes', group);
        await monitor.waiting('notes', group);
        await monitor.pending('notes', group);
      }
      await monitor.partitions('notes');
      await monitor.entries('notes');
      await monitor.latest('notes');
      await directMonitorOf(monitor).after(new Map([['notes', '0']]), { count: 10 });
      await directMonitorOf(monitor).survey({ streams: [{ stream: 'notes', info: true, deadLetters: true, replaysOf: ['testers'] }], clock: true, workers: true }); // prettier-ignore
      await monitor.deliveries('notes', ['1-1']);
      const deadLetters = viewer.app.get(DeadLetters);
      await deadLetters.list('notes');
      await deadLetters.history('notes', 10);
      expect(await refusals()).toEqual([]);
      await expect(viewer.app.get(EventProducer).publish(NoteTaken, { topic: 'a', number: 1 })).rejects.toThrow(
        /may not|NOPERM|permission/i,
      );
    });

    it('keep each from everything else', async () => {
      const at = partitioned ? `{${prefix}:0}` : prefix;
      const forbidden: Record<AclRole, string[][]> = {
        producer: [
          ['XADD', `${at}:files`, '*', 'a', 'b'],
          ['XRANGE', `${at}:notes`, '-', '+'],
          ['XREADGROUP', 'GROUP', 'testers', 'me', 'STREAMS', `${at}:notes`, '>'],
          ['DEL', `${at}:notes`],
          ['XTRIM', `${at}:notes`, 'MAXLEN', '0'],
        ],
        worker: [
          ['XADD', `${at}:others`, '*', 'a', 'b'],
          ['XREADGROUP', 'GROUP', 'others', 'me', 'STREAMS', `${at}:others`, '>'],
          ['GET', `${at}:other:count`],
          ['SET', `${at}:other:count`, '1'],
          ['EVAL', 'return redis.call("SET", KEYS[1], 1)', '1', `${at}:other:count`],
          ['DEL', `${at}:notes`],
          ['XTRIM', `${at}:notes`, 'MAXLEN', '0'],
          ['XGROUP', 'DESTROY', `${at}:notes`, 'testers'],
          ['XGROUP', 'SETID', `${at}:notes`, 'testers', '0'],
          ['HGETALL', `${at}:leases:others`],
        ],
        viewer: [
          ['XADD', `${at}:notes`, '*', 'a', 'b'],
          ['XACK', `${at}:notes`, 'testers', '1-1'],
          ['XCLAIM', `${at}:notes`, 'testers', 'me', '0', '1-1'],
          ['EVAL', 'return 1', '0'],
          ['GET', `${at}:tester:count`],
          ['HGETALL', `${at}:tester:about`],
        ],
        operator: [
          ['XADD', `${at}:notes`, '*', 'a', 'b'],
          ['XACK', `${at}:notes`, 'testers', '1-1'],
          ['EVAL', 'return redis.call("XTRIM", KEYS[1], "MAXLEN", 0)', '1', `${at}:notes`],
          ['GET', `${at}:tester:count`],
        ],
      };
      const everybody = [
        ['FLUSHALL'],
        ['CONFIG', 'GET', '*'],
        ['KEYS', '*'],
        ['ACL', 'LIST'],
        ['SHUTDOWN'],
        ['SCRIPT', 'FLUSH'],
        ['GET', 'other:count'],
        ['XADD', 'other:notes', '*', 'a', 'b'],
      ];
      const scopes: Record<AclRole, AclScope> = {
        producer: { prefix, publishes: ['notes'], partitioned },
        worker: { ...worker, partitioned },
        viewer: { prefix, partitioned },
        operator: { prefix, partitioned },
      };
      for (const role of Object.keys(forbidden) as AclRole[]) {
        const client = new Redis(await user(`${prefix}-${role}-limits`, role, scopes[role]), { protocol: 2 });
        for (const [command = '', ...args] of [...forbidden[role], ...everybody]) {
          await expect(client.call(command, ...args), `${role}: ${command} ${args.join(' ')}`).rejects.toThrow(
            /NOPERM|permission|can't run this command/i,
          );
        }
        client.disconnect();
      }
    });
  });

  it.each([
    ['producer', { prefix: 'a' }, 'Expected publishes for a producer'],
    ['worker', { prefix: 'a', group: 'g', state: 's' }, 'Expected streams for a worker'],
    ['worker', { prefix: 'a', streams: ['b'], state: 's' }, 'Expected group for a worker'],
    ['worker', { prefix: 'a', streams: ['b'], group: 'g' }, 'Expected state for a worker'],
  ] as [AclRole, AclScope, string][])('of a %s say what is missing: %j', (role, scope, message) => {
    expect(() => aclRules(role, scope)).toThrow(message);
  });
});
