import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ConfigurationError, NotReplicatedError, RedisUnavailableError } from 'nestjs-event-streams';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { NoteTaken } from './notes.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker } from './worker.js';

const note = { topic: 'a', number: 1 };

describe('acks', () => {
  let master: TestRedis;
  beforeAll(async () => {
    master = await freshRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  });
  afterAll(() => master.stop());

  const replica = () => freshRedis({ args: ['--replicaof', '127.0.0.1', String(master.server.port)] });
  const knowsWaitaof = async (redis: TestRedis) => {
    const [info] = await redis.client.command('INFO', 'WAITAOF');
    return info !== null;
  };

  describe('replicated', () => {
    const producer = { acks: 'replicated' as const, timeoutMs: 1500 };

    it('resolves once a replica has the event', async () => {
      await using one = await replica();
      await using worker = await startWorker(master.url, { prefix: 'replicated', group: null, producer });
      await eventually('the replica is in', async () =>
        (await master.client.info('replication')).includes('state=online'),
      );
      const id = await worker.producer.publish(NoteTaken, note);
      expect((await one.client.xrange('replicated:notes', '-', '+')).map(([entry]) => entry)).toEqual([id]);
    });

    it('says so when none has it in time: the event is in the stream, once', async () => {
      await using worker = await startWorker(master.url, { prefix: 'alone', group: null, producer });
      const error: unknown = await worker.producer.publish(NoteTaken, note).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NotReplicatedError);
      expect(error).toMatchObject({ wanted: 'acks "replicated" with 1 replicas', got: '0 replicas' });
      expect(await master.client.xlen('alone:notes')).toBe(1);
    });

    it('does not take an answer on a new connection, which knows nothing of the write, for one', async () => {
      await using proxy = await startProxy(master.url);
      await using one = await replica();
      await using worker = await startWorker(proxy.url, {
        prefix: 'lost',
        group: null,
        commandTimeoutMs: 300,
        producer: { ...producer, timeoutMs: 20_000 },
      });
      await eventually('the replica is in', async () =>
        (await master.client.info('replication')).includes('state=online'),
      );
      await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
      one.server.freeze();
      try {
        let isDone = false;
        const publishing = worker.producer.publish(NoteTaken, note).finally(() => (isDone = true));
        await eventually('it is appended', async () => (await master.client.xlen('lost:notes')) === 2);
        for (let cut = 0; cut < 3; cut += 1) {
          const before = proxy.connections;
          proxy.cut();
          await eventually('the client is back', () => proxy.connections > before);
          const waits = await waitsOf();
          await eventually('it waits again', async () => (await waitsOf()) > waits);
          expect(isDone).toBe(false);
        }
        one.server.thaw();
        const id = await publishing;
        expect((await one.client.xrange('lost:notes', '-', '+')).map(([entry]) => entry)).toHaveLength(2);
        expect((await master.client.xrevrange('lost:notes', '+', '-', 'COUNT', 1))[0]?.[0]).toBe(id);
      } finally {
        one.server.thaw();
      }
    });

    it('is asked for on the connection of the write alone, even if that was lost before the question', async () => {
      await using proxy = await startProxy(master.url);
      await using one = await replica();
      await eventually('the replica is in', async () =>
        (await master.client.info('replication')).includes('state=online'),
      );
      const connection = new RedisConnection(proxy.url, { name: 'tester', timeoutMs: 2000 });
      try {
        const client = new StreamClient(connection);
        await connection.command('SET', 'written', '1');
        const { generation } = connection;
        expect(await client.publishing.waitFor('replicated', 1, 1000, generation)).toEqual({
          isLocal: true,
          replicas: 1,
        });
        one.server.freeze();
        await connection.command('SET', 'written', '2');
        proxy.cut();
        await eventually('the connection is lost', () => !connection.isReady);
        await expect(client.publishing.waitFor('replicated', 1, 1000, generation)).rejects.toThrow(
          RedisUnavailableError,
        );
      } finally {
        one.server.thaw();
        connection.close();
      }
    });

    async function waitsOf(): Promise<number> {
      return Number(/cmdstat_wait:calls=(\d+)/.exec(await master.client.info('commandstats'))?.[1] ?? 0);
    }
  });

  describe('fsynced', () => {
    const producer = { acks: 'fsynced' as const };

    it('resolves once the event is on disk, or is refused at the start by a Redis that cannot tell', async () => {
      const starting = startWorker(master.url, { prefix: 'fsynced', group: null, producer });
      if (!(await knowsWaitaof(master))) {
        await expect(starting).rejects.toThrow(ConfigurationError);
        await expect(starting).rejects.toThrow(/producer\.acks is "fsynced".*Redis 7\.2 or later/);
        return;
      }
      await using worker = await starting;
      await worker.producer.publish(NoteTaken, note);
      const info = await master.client.info('persistence');
      expect(info).toContain('aof_pending_bio_fsync:0');
      expect(await master.client.xlen('fsynced:notes')).toBe(1);
    });

    it('is refused at the start without an append-only file', async () => {
      await using forgetful = await freshRedis({ args: ['--appendonly', 'no'] });
      const starting = startWorker(forgetful.url, { prefix: 'off', group: null, producer });
      await expect(starting).rejects.toThrow(/producer\.acks is "fsynced", which this Redis cannot do/);
    });
  });
});
