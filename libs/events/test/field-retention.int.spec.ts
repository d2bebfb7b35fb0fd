import { freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import { Retention, type RetentionPolicy } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { startWorker, type Worker } from './worker.js';

type Id = number;

/** A stream with the ids 1-0, 2-0, …, and how far each group is. */
interface Scene {
  sizes: number[];
  groups: { given: Id; pending: Id[] }[];
  policy: RetentionPolicy;
}

const scenes: fc.Arbitrary<Scene> = fc
  .record({
    sizes: fc.array(fc.oneof(fc.constant(10), fc.integer({ min: 1, max: 3000 }), fc.constant(90_000)), {
      minLength: 1,
      maxLength: 260,
    }),
    groups: fc.array(fc.record({ given: fc.nat(), pending: fc.array(fc.nat(), { maxLength: 3 }) }), { maxLength: 3 }),
    maxLength: fc.option(fc.nat({ max: 260 }), { nil: undefined }),
    hard: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
    oldest: fc.option(fc.integer({ min: 1, max: 260 }), { nil: undefined }),
  })
  .map(({ sizes, groups, maxLength, hard, oldest }) => {
    const last = sizes.length;
    return {
      sizes,
      groups: groups.map(({ given, pending }) => {
        const to = given % (last + 1);
        return { given: to, pending: to === 0 ? [] : pending.map((id) => (id % to) + 1) };
      }),
      policy: {
        ...(maxLength === undefined ? {} : { maxLength }),
        ...(hard === undefined ? {} : { hardMaxLength: Math.max(hard, maxLength ?? 1) }),
        // Of ids that count milliseconds from 1970: whoever is this old was appended before `oldest`-0.
        ...(oldest === undefined ? {} : { maxAgeMs: oldest }),
      },
    };
  });

/** What is to be left of the ids 1 to `last`, and how many each group loses. */
function expected({ sizes, groups, policy }: Scene): { left: Id[]; dropped: number[] } {
  const last = sizes.length;
  const keepFrom = Math.min(last + 1, ...groups.map(({ given, pending }) => Math.min(given + 1, ...pending)));
  let id = 1;
  for (; id <= last; id += 1) {
    if (policy.hardMaxLength !== undefined && id <= last - policy.hardMaxLength) continue;
    const isTooMany = policy.maxLength !== undefined && id <= last - policy.maxLength;
    const isTooOld = policy.maxAgeMs !== undefined && id < policy.maxAgeMs;
    if (!(isTooMany || isTooOld) || id >= keepFrom) break;
  }
  const isGone = (one: Id): boolean => one < id;
  return {
    left: Array.from({ length: last - id + 1 }, (_, index) => id + index),
    dropped: groups.map(
      ({ given, pending }) =>
        new Set(pending.filter(isGone)).size + Math.max(0, Math.min(id - 1, last) - Math.min(given, id - 1)),
    ),
  };
}

describe('what retention reads of a stream', () => {
  let redis: TestRedis;
  let client: StreamClient;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await freshRedis();
    connection = new RedisConnection(redis.url, { name: 'test', timeoutMs: 5000 });
    client = new StreamClient(connection);
  });
  afterAll(async () => {
    connection.close();
    await redis.stop();
  });

  async function fill(stream: string, sizes: readonly number[]): Promise<void> {
    const pipeline = redis.client.pipeline();
    for (const [index, size] of sizes.entries())
      pipeline.xadd(stream, `${String(index + 1)}-0`, 'data', 'x'.repeat(size));
    await pipeline.exec();
  }

  /** How many entries the server's scripts asked for while `work` ran. */
  async function entriesRead(work: () => Promise<unknown>): Promise<number> {
    // On a connection of its own. Nothing else may be sent at this moment: ioredis loses count of what arrives together with the first reply.
    const watcher = await redis.client.monitor();
    const asked: number[] = [];
    const end = new Promise<void>((resolve) => {
      watcher.on('monitor', (_time: string, [command, ...rest]: string[], source: string) => {
        if (source === 'lua' && command === 'XRANGE') asked.push(Number(rest.at(-1)));
        if (command === 'echo') resolve();
      });
    });
    await work();
    await redis.client.echo('end');
    await end;
    watcher.disconnect();
    return asked.reduce((sum, count) => sum + count, 0);
  }

  const trim = (worker: Worker, stream: string, policy: RetentionPolicy) =>
    worker.app.get(Retention).trim(stream, policy);

  it('is one entry of large ones, when nothing is to be trimmed, and none for a limit of length', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'large', group: null });
    await fill(
      'large:notes',
      Array.from({ length: 120 }, () => 200_000),
    );
    await redis.client.xgroup('CREATE', 'large:notes', 'readers', '0');
    expect(await entriesRead(() => trim(worker, 'notes', { maxLength: 120, hardMaxLength: 1000 }))).toBe(0);
    const decades = 80 * 365 * 86_400_000;
    expect(await entriesRead(() => trim(worker, 'notes', { maxAgeMs: decades }))).toBe(1);
    expect(await redis.client.xlen('large:notes')).toBe(120);
  });

  it('is a few of large ones when many are trimmed', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'many', group: null });
    await fill(
      'many:notes',
      Array.from({ length: 500 }, () => 20_000),
    );
    expect(await entriesRead(() => trim(worker, 'notes', { maxLength: 17 }))).toBeLessThanOrEqual(4);
    expect(await redis.client.xlen('many:notes')).toBe(17);
    // The hard limit has to look at what groups lose: as many bytes as one step may, at a time.
    await fill(
      'many:held',
      Array.from({ length: 60 }, () => 100_000),
    );
    await redis.client.xgroup('CREATE', 'many:held', 'readers', '0');
    expect(await entriesRead(() => trim(worker, 'held', { hardMaxLength: 50 }))).toBeLessThanOrEqual(24);
    expect(await redis.client.xlen('many:held')).toBe(50);
  });

  it('is enough: what is left, and what groups lose, are as by looking at every entry', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const stream = `scene:${String((round += 1))}`;
        await fill(stream, scene.sizes);
        for (const [index, { given, pending }] of scene.groups.entries()) {
          const group = `group${String(index)}`;
          await redis.client.xgroup('CREATE', stream, group, '0');
          if (given === 0) continue;
          await redis.client.xreadgroup('GROUP', group, 'reader', 'COUNT', given, 'STREAMS', stream, '>');
          const settled = Array.from({ length: given }, (_, at) => at + 1).filter((id) => !pending.includes(id));
          if (settled.length > 0) await redis.client.xack(stream, group, ...settled.map((id) => `${String(id)}-0`));
        }
        const { maxAgeMs, maxLength, hardMaxLength } = scene.policy;
        const oldest = maxAgeMs === undefined ? '' : `${String(maxAgeMs)}-0`;
        const lost: Record<string, number> = {};
        for (let hasMore = true; hasMore;) {
          const step = await client.trimming.trim(
            [stream],
            [oldest, maxLength ?? '', hardMaxLength ?? '', 100, 256 * 1024],
          );
          for (const [group, count] of Object.entries(step?.dropped ?? {})) lost[group] = (lost[group] ?? 0) + count;
          hasMore = step?.hasMore === true;
        }
        const { left, dropped } = expected(scene);
        const ids = (await redis.client.xrange(stream, '-', '+')).map(([id]) => Number(id.split('-')[0]));
        expect(ids).toEqual(left);
        expect(scene.groups.map((_, index) => lost[`group${String(index)}`] ?? 0)).toEqual(dropped);
        await redis.client.del(stream);
      }),
      { numRuns: 150 },
    );
  });

  it('is read by one of the processes that have the same policy, and by another when that one is gone', async () => {
    await fill('turns:notes', [10, 10, 10, 10]);
    const keys = ['turns:notes', 'turns:notes:trimmer:tester'];
    const limits = ['', 3, '', 100, 1000];
    expect(await client.trimming.trim(keys, [...limits, 'first', 60_000])).toMatchObject({ trimmed: 1 });
    await redis.client.xadd('turns:notes', '9-0', 'data', 'x');
    expect(await client.trimming.trim(keys, [...limits, 'second', 60_000])).toBeUndefined();
    expect(await redis.client.xlen('turns:notes')).toBe(4);
    expect(await client.trimming.trim(keys, [...limits, 'first', 60_000])).toMatchObject({ trimmed: 1 });
    await redis.client.pexpire('turns:notes:trimmer:tester', 0);
    expect(await client.trimming.trim(keys, [...limits, 'second', 60_000])).toMatchObject({ trimmed: 0, length: 3 });
  });
});
