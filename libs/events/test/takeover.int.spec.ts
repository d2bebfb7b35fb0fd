import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { noteHandler, SOON } from './handlers.js';
import { Gate } from './gate.js';
import { NoteTaken } from './notes.js';
import { callsOf, deliverToTheDead } from './redis-state.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker, type Worker } from './worker.js';

const DEAD = 500;
const CLAIMERS = 10;
/** So long that the living do not rob each other, however busy the machine is. */
const LONG_AGO_MS = 60_000;

describe('takeover', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** Entries of a stream that a consumer got which is dead by now. */
  async function leaveBehind(stream: string, count: number, idleMs = 0): Promise<string[]> {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < count; number += 1) {
      pipeline.xadd(stream, '*', ...noteFields({ data: JSON.stringify({ topic: `topic ${String(number)}`, number }) }));
    }
    await pipeline.exec();
    return deliverToTheDead(redis.client, stream, count, idleMs);
  }

  const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;

  it('moves what a dead consumer held to the living', async () => {
    const ids = await leaveBehind('moved:notes', 30);
    const seen: string[] = [];
    const handler = noteHandler((_, { id }) => seen.push(id));
    await using worker = await startWorker(redis.url, { prefix: 'moved', consumer: { claimAfterMs: 200 } }, [handler]);
    await eventually('all are handled', async () => seen.length >= 30 && (await pendingOf(worker)) === 0);
    expect(seen).toEqual(ids);
    const counts = worker.observations.map((seenOne) => (seenOne.kind === 'taken-over' ? seenOne.count : 0));
    expect(counts.reduce((sum, count) => sum + count)).toBe(30);
  });

  it('does not quarantine entries that a living worker has read again', async () => {
    await using proxy = await startProxy(redis.url);
    const gate = new Gate();
    const handler = noteHandler(() => gate.pass());
    await using worker = await startWorker(proxy.url, { prefix: 'again', consumer: { claimAfterMs: LONG_AGO_MS } }, [
      handler,
    ]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is at work', () => worker.consumer.inFlight === 1);
    for (let cut = 0; cut < 3; cut += 1) {
      const before = await callsOf(redis.client, 'xreadgroup');
      proxy.cut();
      await eventually('it reads again', async () => (await callsOf(redis.client, 'xreadgroup')) > before + 1);
    }
    const [[, , , deliveries] = []] = (await redis.client.xpending(
      'again:notes',
      'testers',
      '-',
      '+',
      1,
    )) as number[][];
    expect(deliveries).toBe(1);
    gate.open();
    await eventually('it is settled', async () => (await pendingOf(worker)) === 0);
  });

  it('of a quarantined entry keeps the notes that other workers have written of it meanwhile', async () => {
    const [id = ''] = await leaveBehind('quarantine:notes', 1);
    await redis.client.xclaim(
      'quarantine:notes',
      'testers',
      'dead',
      0,
      id,
      'IDLE',
      LONG_AGO_MS,
      'RETRYCOUNT',
      2,
      'JUSTID',
    );
    const notesKey = 'quarantine:notes:testers:deliveries';
    const field = `${id}|Notes.onNote`;
    await redis.client.hset(notesKey, field, '0 0 cut-off/1');
    const seen: (string | null)[] = [];
    const handler = noteHandler(
      async (_, { attempt }) => {
        seen.push(await redis.client.hget(notesKey, field));
        if (attempt > 1) return;
        // The other one is back.
        await redis.client.hset(notesKey, field, (seen[0] ?? '').replace('cut-off/1,', ''));
        throw new Error('at first');
      },
      { retry: SOON },
    );
    await using worker = await startWorker(redis.url, { prefix: 'quarantine', consumer: { claimAfterMs: 200 } }, [
      handler,
    ]);
    await eventually('it is settled', async () => (await pendingOf(worker)) === 0);
    const { name } = worker.consumer;
    expect(seen[0]).toMatch(new RegExp(`^0 0 cut-off/1,${name}/\\d+$`));
    expect(seen[1]).toMatch(new RegExp(`^1 \\d+ ${name}/\\d+$`));
    expect(await redis.client.exists(notesKey)).toBe(0);
  });

  it('of 500 entries by ten workers at once handles each once', async () => {
    const ids = await leaveBehind('many:notes', DEAD, LONG_AGO_MS);
    const seen: string[] = [];
    const handler = noteHandler((_, { id, transaction }) => {
      seen.push(id);
      transaction.incrby('effects', 1);
    });
    const options = { prefix: 'many', consumer: { claimAfterMs: LONG_AGO_MS, batchSize: 20 } };
    const workers = await Promise.all(
      Array.from({ length: CLAIMERS }, () => startWorker(redis.url, options, [handler])),
    );
    try {
      await eventually('all are handled', () => seen.length >= DEAD);
      await eventually('nothing is pending', async () => (await pendingOf(workers[0] ?? expect.fail())) === 0);
      expect([...seen].sort()).toEqual([...ids].sort());
      expect(await redis.client.get('many:tester:effects')).toBe(String(DEAD));
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });

  it('takes no more than it has room for', async () => {
    await leaveBehind('room:notes', 60);
    const options = { prefix: 'room', consumer: { claimAfterMs: 200, readAhead: 10, batchSize: 4, concurrency: 2 } };
    let most = 0;
    let handled = 0;
    const handler = noteHandler(() => {
      most = Math.max(most, worker.consumer.inFlight);
      handled += 1;
    });
    await using worker = await startWorker(redis.url, options, [handler]);
    await eventually('all are handled', () => handled === 60);
    // The reader and the claimer look for room independently of each other.
    expect(most).toBeLessThanOrEqual(10 + 4);
    await eventually('nothing is in flight', () => worker.consumer.inFlight === 0);
  });

  it('reports entries that were deleted while they were pending, drops them, and goes on', async () => {
    const ids = await leaveBehind('gone:notes', 10);
    await redis.client.xtrim('gone:notes', 'MAXLEN', 4);
    const seen: string[] = [];
    const handler = noteHandler((_, { id }) => seen.push(id));
    await using worker = await startWorker(redis.url, { prefix: 'gone', consumer: { claimAfterMs: 200 } }, [handler]);
    await eventually('nothing is pending', async () => seen.length === 4 && (await pendingOf(worker)) === 0);
    const vanished = worker.observations.flatMap((seenOne) => (seenOne.kind === 'vanished' ? seenOne.ids : []));
    expect([...vanished].sort()).toEqual(ids.slice(0, 6));
    expect(seen).toEqual(ids.slice(6));
  });

  it('reads on after a reconnect, although an entry that it is handling was deleted', async () => {
    await using proxy = await startProxy(redis.url);
    const gate = new Gate();
    const seen: number[] = [];
    const handler = noteHandler(async ({ data }) => {
      seen.push(data.number);
      if (data.number === 0) await gate.pass();
    });
    const options = { prefix: 'deleted', commandTimeoutMs: 500, consumer: { claimAfterMs: LONG_AGO_MS } };
    await using worker = await startWorker(proxy.url, options, [handler]);
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await eventually('it is being handled', () => seen.length === 1);
    await redis.client.xdel('deleted:notes', id);
    proxy.cut();
    proxy.heal();

    await worker.producer.publish(NoteTaken, { topic: 'b', number: 1 });
    await eventually('the next one is handled meanwhile', () => seen.length === 2);
    gate.open();
    await eventually('nothing is pending', async () => (await pendingOf(worker)) === 0);
    expect(seen).toEqual([0, 1]);
  });

  it('counts the attempts of handlers, not those of Redis', async () => {
    const [id = ''] = await leaveBehind('attempts:notes', 1);
    // Five consumers have died with it in their hands, or have only looked at it.
    for (let death = 0; death < 5; death += 1)
      await redis.client.xclaim('attempts:notes', 'testers', `dead ${String(death)}`, 0, id);
    const attempts: number[] = [];
    const handler = noteHandler((_, { attempt }) => attempts.push(attempt), { retry: { attempts: 2 } });
    await using worker = await startWorker(redis.url, { prefix: 'attempts', consumer: { claimAfterMs: 200 } }, [
      handler,
    ]);
    await eventually('it is handled', async () => attempts.length > 0 && (await pendingOf(worker)) === 0);
    expect(attempts).toEqual([1]);
  });

  it('leaves entries of living workers alone', async () => {
    const [id = ''] = await leaveBehind('living:notes', 1);
    const seen: string[] = [];
    const handler = noteHandler((_, delivery) => seen.push(delivery.id));
    await using worker = await startWorker(redis.url, { prefix: 'living', consumer: { claimAfterMs: 300 } }, [handler]);
    const until = Date.now() + 900;
    await eventually('the other has renewed its claim for three times as long', async () => {
      await redis.client.xclaim('living:notes', 'testers', 'dead', 0, id, 'JUSTID');
      return Date.now() > until;
    });
    expect(seen).toEqual([]);
    await eventually('it is taken over when the other stops', () => seen.length === 1);
    expect(worker.observations.filter(({ kind }) => kind === 'taken-over')).toHaveLength(1);
  });
});
