import { cp, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { eventually, freshRedis } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import { noteHandler } from '../test/handlers.js';
import { collectLogs } from '../test/logs.js';
import { notes } from '../test/notes.js';
import { startWorker } from '../test/worker.js';
import { readFinalState } from './final-state.js';
import { heapAfterCollection } from './heap.js';
import { History } from './history.js';
import { keysOf, publishOn } from './publishers.js';
import { seeded } from './random.js';
import { BACK_IN_TIME, expectPromisesKept, SAFE } from './trial.js';

const consumer = { forgetAfterMs: 500 };
const options = { consumer, commandTimeoutMs: 300, producer: { timeoutMs: 1000 } };

describe('Redis', () => {
  // A killed process loses what it kept to itself, and no more: what it wrote, the system has. See SAFE for "everysec".
  it.each(['always', 'everysec', 'no'])(
    'is killed again and again under load, and comes back with its file (appendfsync %s)',
    async (appendfsync) => {
      const prefix = `aof-${appendfsync}`;
      const history = new History();
      const random = seeded(prefix);
      await using redis = await freshRedis({ args: ['--appendfsync', appendfsync] });
      await using one = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
      await using two = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
      const publishers = publishOn(history, one.producer, keysOf('key', 5));
      for (let round = 1; round <= 3; round += 1) {
        const enough = history.count('acknowledged') + random.between(20, 100);
        await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
        await redis.restart();
      }
      const enough = history.count('acknowledged') + 20;
      await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
      await publishers.stop();
      const kept = appendfsync === 'everysec' ? BACK_IN_TIME : ({ order: 'worker' } as const);
      await expectPromisesKept(history, { client: redis.client, prefix, alive: [one, two] }, kept);
    },
  );

  it('is down for longer than a read blocks and a publish waits, and all goes on', async () => {
    const prefix = 'down';
    const history = new History();
    await using redis = await freshRedis({ args: SAFE });
    await using worker = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
    const publishers = publishOn(history, worker.producer, keysOf('key', 5));
    await eventually('publishing goes on', () => history.count('acknowledged') >= 50);
    const logs = collectLogs();
    await redis.server.kill();
    const unknown = history.count('unknown');
    await eventually('each has waited in vain twice', () => history.count('unknown') >= unknown + 10);
    await redis.restart();
    const enough = history.count('acknowledged') + 50;
    await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
    // One line for each of two connections, however long it takes.
    expect(logs.warnings.filter((line) => line.includes('is unavailable')).length).toBeLessThanOrEqual(2);
    expect(logs.errors).toEqual([]);
  });

  it('comes back without anything, having no file: the alarm says so, and what comes then is handled', async () => {
    const prefix = 'empty';
    const history = new History();
    await using redis = await freshRedis({ args: ['--appendonly', 'no'] });
    await using worker = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
    const publishers = publishOn(history, worker.producer, keysOf('key', 5));
    await eventually('publishing goes on', () => history.count('acknowledged') >= 100);
    const logs = collectLogs();
    await redis.restart();
    await eventually('the worker has made its group again', () =>
      worker.observations.some(({ kind }) => kind === 'group-recreated'),
    );
    const enough = history.count('acknowledged') + 100;
    await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
    await publishers.stop();
    expect(logs.errors.some((line) => /was missing .* what was deleted is lost/.test(line))).toBe(true);
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, BACK_IN_TIME);
    // Nothing is lost that was acknowledged after it came back.
    expect(await redis.client.xlen(`${prefix}:notes`)).toBeGreaterThanOrEqual(100);
  });

  it('comes back with a file that was cut off anywhere: acknowledgements and effects are there together or not at all', async () => {
    const prefix = 'cut';
    const history = new History();
    const random = seeded(prefix);
    await using redis = await freshRedis();
    const recording = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
    const publishers = publishOn(history, recording.producer, keysOf('key', 5));
    await eventually('publishing goes on', () => history.count('acknowledged') >= 200);
    await redis.server.kill();
    await publishers.stop();
    await recording.stop();
    for (let cut = 1; cut <= 8; cut += 1) {
      await using copy = await freshRedis({
        dir: await cutCopy(redis.server.dir, `copy-${String(cut)}`, random.next()),
      });
      const before = await readFinalState(copy.client, { prefix }).catch(() => undefined);
      const isOpen = new Set(before?.pending.map((entry) => entry.split(' ')[0]));
      const settled = before?.entries.slice(0, before.entries.length - before.lag).filter(({ id }) => !isOpen.has(id));
      expect(Object.keys(before?.effects ?? {}).sort()).toEqual(settled?.map(({ eventId }) => eventId).sort() ?? []);
      expect([...(before?.followed ?? [])].sort()).toEqual(Object.keys(before?.effects ?? {}).sort());

      await using worker = await startWorker(copy.url, { ...options, prefix }, [new History().handler()]);
      await expectPromisesKept(history, { client: copy.client, prefix, alive: [worker] }, BACK_IN_TIME);
    }
  });

  it('forgets its scripts again and again under load', async () => {
    const prefix = 'scripts';
    const history = new History();
    await using redis = await freshRedis();
    await using worker = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
    const publishers = publishOn(history, worker.producer, keysOf('key', 5));
    for (let round = 1; round <= 20; round += 1) {
      await redis.client.script('FLUSH');
      const enough = history.count('acknowledged') + 10;
      await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
    }
    await publishers.stop();
    expect(history.publications.every(({ answer }) => answer.kind === 'acknowledged')).toBe(true);
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('takes the password back, cutting who used it, and gives it again', async () => {
    const prefix = 'password';
    const history = new History();
    await using redis = await freshRedis();
    const grant = () => redis.client.acl('SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all');
    await grant();
    const url = redis.url.replace('redis://', 'redis://shop:secret@');
    await using worker = await startWorker(url, { ...options, prefix }, [history.handler()]);
    const publishers = publishOn(history, worker.producer, keysOf('key', 5));
    await eventually('publishing goes on', () => history.count('acknowledged') >= 50);
    await redis.client.acl('DELUSER', 'shop');
    const unknown = history.count('unknown');
    await eventually('publishing fails', () => history.count('unknown') >= unknown + 10);
    await grant();
    const enough = history.count('acknowledged') + 50;
    await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('goes on from ids of a clock that was an hour ahead', async () => {
    const prefix = 'ahead';
    const history = new History();
    await using redis = await freshRedis();
    await using worker = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
    await history.publish(worker.producer, 'key', 0);
    // What the server's clock did for a moment stays in the stream's last id.
    await redis.client.call('XSETID', `${prefix}:notes`, `${String(Date.now() + 3_600_000)}-0`);
    for (let number = 1; number <= 50; number += 1) await history.publish(worker.producer, 'key', number);
    expect(history.count('acknowledged')).toBe(51);
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
    expect((await worker.monitor.groups('notes')).map(({ lagMs }) => lagMs)).toEqual([0]);
  });

  it('sets its clock an hour ahead: whoever is robbed by that has no effect, and everything is handled', async () => {
    const prefix = 'jump';
    const history = new History();
    await using redis = await freshRedis();
    let isHeld = true;
    const slow = history.handler(() => eventually('the clock has jumped', () => !isHeld));
    await using one = await startWorker(redis.url, { ...options, prefix }, [slow]);
    await Promise.all(keysOf('key', 30).map((key) => history.publish(one.producer, key, 0)));
    await eventually('the first worker has all of it', () => one.consumer.inFlight === 30);
    await using two = await startWorker(redis.url, { ...options, prefix }, [history.handler()]);
    await eventually('some were taken over', async () => {
      await redis.client.eval(MAKE_OLD, 1, `${prefix}:notes`, 'testers', one.consumer.name);
      return two.observations.some(({ kind }) => kind === 'taken-over');
    });
    isHeld = false;
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [one, two] }, { order: 'worker' });
  });

  it('fails for long under a load that never ends, and memory and queues are back at their baseline after that', async () => {
    const prefix = 'heap';
    await using redis = await freshRedis();
    let handled = 0;
    const handler = noteHandler((_, { transaction }) => {
      handled += 1;
      transaction.incrby('effects', 1);
    });
    const bufferLimit = 2000;
    const narrow = { ...options, prefix, producer: { timeoutMs: 1000, bufferLimit } };
    await using worker = await startWorker(redis.url, narrow, [handler]);
    const publishAll = () =>
      worker.producer
        .publishAll(keysOf('key', 50).flatMap((key) => notes(key, bufferLimit / 50)))
        .then(() => true)
        .catch(() => false);
    const round = async (): Promise<void> => {
      redis.server.freeze();
      await publishAll();
      redis.server.thaw();
      await eventually('the buffer has room for all again', publishAll);
      await eventually(
        'all is handled',
        async () => (await worker.monitor.groups('notes'))[0]?.lag === 0 && worker.consumer.inFlight === 0,
      );
    };
    await round();
    await round();
    worker.observations.length = 0;
    const before = heapAfterCollection();
    for (let count = 1; count <= 6; count += 1) await round();
    worker.observations.length = 0;
    const growth = heapAfterCollection() - before;
    expect(handled).toBeGreaterThan(8 * bufferLimit);
    // Each of some 20,000 events would leave more than 500 bytes if anything of it stayed.
    expect(growth).toBeLessThan(5_000_000);
  });
});

/** What a clock that jumps does to the entries that a consumer holds: they were delivered an hour ago. */
const MAKE_OLD = `
  for _, row in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[2])) do
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, row[1], 'IDLE', 3600000, 'JUSTID')
  end`;

/** A copy of a data directory whose append-only file ends somewhere. */
async function cutCopy(dir: string, name: string, part: number): Promise<string> {
  const target = path.join(dir, name);
  const files = path.join('appendonlydir');
  await cp(path.join(dir, files), path.join(target, files), { recursive: true });
  const names = (await readdir(path.join(target, files))).filter((file) => file.endsWith('.incr.aof'));
  const last = path.join(target, files, names.sort().at(-1) ?? '');
  const file = await open(last, 'r+');
  await file.truncate(Math.floor((await stat(last)).size * part));
  await file.close();
  return target;
}
