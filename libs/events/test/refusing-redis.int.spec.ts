import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { RedisForbiddenError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteFiled, notes } from './notes.js';
import { adminOf, BUSY, NOREPLICAS, type Refusal } from './refusals.js';
import { startWorker } from './worker.js';

type Client = TestRedis['client'];

/** States in which Redis answers, and refuses. */
const states: Record<string, { begin: (admin: Client, dir: string) => unknown; end: Refusal['end'] }> = {
  'READONLY, as a replica after a failover': {
    begin: (admin) => admin.replicaof('127.0.0.1', 1),
    end: (admin) => admin.replicaof('NO', 'ONE'),
  },
  'NOREPLICAS, without the replicas that it wants': NOREPLICAS,
  'BUSY, with a script that does not end': BUSY,
  'MISCONF, when it cannot save': {
    begin: async (admin, dir) => {
      await mkdir(path.join(dir, 'dump.rdb')); // where it would put the file
      await admin.config('SET', 'save', '3600 1');
      await admin.bgsave();
      const hasFailed = async () => (await admin.info('persistence')).includes('rdb_last_bgsave_status:err');
      await eventually('it has failed to save', hasFailed);
    },
    end: (admin) => admin.config('SET', 'save', ''),
  },
  'NOPERM, with rights that were withdrawn': {
    begin: (admin) => admin.acl('SETUSER', 'default', '-@all'),
    end: (admin) => admin.acl('SETUSER', 'default', '+@all'),
  },
};

/** Whether each of the values is one of these, and none is there twice. */
function isSubsetOf(all: readonly string[]) {
  return (values: string[]) => values.length === new Set(values).size && values.every((value) => all.includes(value));
}

describe('a Redis that refuses', () => {
  let redis: TestRedis;
  let admin: Client;
  beforeAll(async () => {
    redis = await freshRedis();
    admin = await adminOf(redis);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  it.each(Object.entries(states))('is waited out: %s', async (name, { begin, end }) => {
    const prefix = (/^\w+/.exec(name)?.[0] ?? '').toLowerCase();
    const attempts: number[] = [];
    let isRefusing = false;
    const handler = noteHandler(
      async ({ data }, { transaction, attempt }) => {
        attempts.push(attempt);
        transaction.incrby('effects', 1).publish(NoteFiled, data);
        if (data.topic === 'a' && data.number === 1) {
          await begin(admin, redis.server.dir);
          isRefusing = true;
        }
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix, consumer: { claimAfterMs: 3000 } }, [handler]);
    const logs = collectLogs();
    await worker.producer.publishAll(notes('a', 3));
    await eventually('it refuses', () => isRefusing);
    const publish = () => worker.producer.publishAll(notes('b', 3));
    // Rights come back by hand: whoever publishes is told at once.
    const isForbidden = prefix === 'noperm';
    const publishing = publish();
    if (isForbidden) await expect(publishing).rejects.toThrow(RedisForbiddenError);
    const until = Date.now() + 700;
    await eventually('reading, committing and publishing had the time to be refused', () => Date.now() > until);
    await end(admin);
    const stats = await admin.info('errorstats');
    expect(Number(new RegExp(`errorstat_${prefix}:count=(\\d+)`, 'i').exec(stats)?.[1])).toBeGreaterThanOrEqual(3);

    expect(await (isForbidden ? publish() : publishing)).toHaveLength(3);
    await eventually('all is settled', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0 && worker.consumer.inFlight === 0;
    });
    expect(await admin.get(`${prefix}:tester:effects`)).toBe('6');
    expect(await admin.xlen(`${prefix}:files`)).toBe(6);
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect(await admin.exists(`${prefix}:notes:dead-letters`)).toBe(0);
    expect(logs.errors).toEqual([]);
    // One line and one observation for it, however often it was refused; what closes connections, too, may say that first.
    const code = prefix.toUpperCase();
    await eventually('it says that Redis is back', () => worker.observations.some(({ kind }) => kind === 'recovered'));
    const outages = worker.observations.filter(({ kind }) => kind === 'outage');
    expect(logs.warnings).toHaveLength(outages.length);
    expect(outages.map((outage) => (outage as { reason: string }).reason)).toEqual(
      code === 'READONLY' ? expect.toSatisfy(isSubsetOf(['unreachable', code])) : [code],
    );
  });
});
