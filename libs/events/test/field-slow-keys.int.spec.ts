import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { EventHandlerOptions } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { callsOf, looksOf } from './redis-state.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker, type Worker } from './worker.js';

const READ_AHEAD = 60;
const BATCH = 20;
const SLOW = 400;
const OTHERS = 50;
/** So long that no test waits for it. */
const NEVER_MS = 3_600_000;

const others = Array.from({ length: OTHERS }, (_, number) => ({
  event: NoteTaken,
  data: { topic: `other ${String(number)}`, number },
}));
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;

describe('a slow key', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** Handles all but the slow keys at once, and these when the gate is open. */
  function recorder(gate: Gate) {
    const seen: Record<string, number[]> = {};
    const handler = noteHandler(async ({ data: { topic, number } }, { transaction }) => {
      if (topic.startsWith('slow')) await gate.pass();
      (seen[topic] ??= []).push(number);
      transaction.rpush(`order ${topic}`, number);
    });
    const othersSeen = () => Object.keys(seen).filter((topic) => topic.startsWith('other')).length;
    return { seen, handler, othersSeen };
  }
  const orderOf = async (prefix: string, topic = 'slow') =>
    (await redis.client.lrange(`${prefix}:tester:order ${topic}`, 0, -1)).map(Number);

  it('does not hold up other keys, however many events it has, and is handled in order', async () => {
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, claimAfterMs: NEVER_MS };
    await using worker = await startWorker(redis.url, { prefix: 'one', consumer }, [handler]);
    await worker.producer.publishAll([...notes('slow', SLOW), ...others]);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    expect(worker.consumer.inFlight).toBeLessThanOrEqual(READ_AHEAD + BATCH);
    await eventually('the slow ones wait', () => worker.consumer.inFlight + worker.consumer.deferred === SLOW);
    // What comes now, too.
    await worker.producer.publishAll(notes('later', 1));
    await eventually('it is handled', async () => (await orderOf('one', 'later')).length === 1);

    gate.open();
    await eventually('all are settled', async () => (await pendingOf(worker)) === 0);
    expect(await orderOf('one')).toEqual(numbers(SLOW));
    expect(worker.consumer.deferred).toBe(0);
    expect(worker.consumer.inFlight).toBe(0);
    expect(worker.observations.filter(({ kind }) => kind !== 'handled')).toEqual([]);
  });

  it('is handled in order, without those that were deleted while they were deferred', async () => {
    const gate = new Gate();
    const { handler } = recorder(gate);
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, claimAfterMs: NEVER_MS };
    await using worker = await startWorker(redis.url, { prefix: 'deleted', consumer }, [handler]);
    const ids = await worker.producer.publishAll(notes('slow', SLOW));
    await eventually('the slow ones wait', () => worker.consumer.inFlight + worker.consumer.deferred === SLOW);
    const deleted = ids.slice(200, 210);
    await redis.client.xdel('deleted:notes', ...deleted);

    gate.open();
    await eventually('all are settled', async () => (await pendingOf(worker)) === 0);
    expect(await orderOf('deleted')).toEqual(numbers(SLOW).filter((number) => number < 200 || number >= 210));
    const vanished = worker.observations.flatMap((one) => (one.kind === 'vanished' ? one.ids : []));
    expect(vanished).toEqual(deleted);
    expect(worker.consumer.inFlight + worker.consumer.deferred).toBe(0);
  });

  it('does not with the default options, either', async () => {
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    await using worker = await startWorker(redis.url, { prefix: 'defaults' }, [handler]);
    await worker.producer.publishAll(notes('slow', 3000));
    await worker.producer.publishAll(others);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    gate.open();
    await eventually(
      'all are settled',
      async () => (await pendingOf(worker)) === 0 && (await orderOf('defaults')).length === 3000,
    );
    expect(await orderOf('defaults')).toEqual(numbers(3000));
  });

  it('does not when its first event is retried again and again, either', async () => {
    let isMended = false;
    const seen: Record<string, number[]> = {};
    const handler = noteHandler(
      ({ data: { topic, number } }) => {
        if (topic === 'slow' && !isMended) throw new Error('not yet');
        (seen[topic] ??= []).push(number);
      },
      { retry: { attempts: 1000, firstDelayMs: 200, maxDelayMs: 200 } },
    );
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH };
    await using worker = await startWorker(redis.url, { prefix: 'retry', consumer }, [handler]);
    await worker.producer.publishAll([...notes('slow', SLOW), ...others]);
    await eventually('the others are handled', () => Object.keys(seen).length === OTHERS);
    isMended = true;
    await eventually('all are handled', async () => seen['slow']?.length === SLOW && (await pendingOf(worker)) === 0);
    expect(seen['slow']).toEqual(numbers(SLOW));
  });

  it('among many slow keys is handled in order, and other keys go on', async () => {
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    const keys = Array.from({ length: 12 }, (_, key) => `slow ${String(key)}`);
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, concurrency: 16 };
    await using worker = await startWorker(redis.url, { prefix: 'many', consumer }, [handler]);
    const mixed = numbers(40).flatMap((number) => keys.map((topic) => ({ event: NoteTaken, data: { topic, number } })));
    await worker.producer.publishAll([...mixed, ...others]);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    gate.open();
    await eventually('all are settled', async () => (await pendingOf(worker)) === 0);
    for (const key of keys) expect(await orderOf('many', key)).toEqual(numbers(40));
  });

  it('keeps its waiting entries: their claims are renewed, and none is quarantined', async () => {
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    const claimAfterMs = 800;
    const options = { prefix: 'kept', consumer: { readAhead: READ_AHEAD, batchSize: BATCH, claimAfterMs } };
    await using one = await startWorker(redis.url, options, [handler]);
    await one.producer.publishAll([...notes('slow', SLOW), ...others]);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    await using two = await startWorker(redis.url, options, [handler]);
    const looks = await looksOf(redis.client);
    await eventually('they have looked for so long', async () => (await looksOf(redis.client)) - looks >= 30);
    expect(two.consumer.inFlight + two.consumer.deferred).toBe(0);
    const rows = (await redis.client.xpending('kept:notes', 'testers', '-', '+', SLOW)) as [
      string,
      string,
      number,
      number,
    ][];
    expect(rows).toHaveLength(SLOW);
    expect(rows.filter(([, , , deliveries]) => deliveries > 0)).toHaveLength(one.consumer.inFlight);
    gate.open();
    await eventually('all are settled', async () => (await pendingOf(one)) === 0);
    expect(await orderOf('kept')).toEqual(numbers(SLOW));
  });

  it('goes on in order after a cut connection while most of its entries wait', async () => {
    await using proxy = await startProxy(redis.url);
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, claimAfterMs: NEVER_MS };
    await using worker = await startWorker(proxy.url, { prefix: 'cut', commandTimeoutMs: 500, consumer }, [handler]);
    await using publisher = await startWorker(redis.url, { prefix: 'cut', group: null });
    await publisher.producer.publishAll([...notes('slow', SLOW), ...others]);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    expect(worker.consumer.deferred).toBeGreaterThan(0);
    proxy.cut();
    gate.open();
    for (const threshold of [100, 200, 300]) {
      await eventually('it goes on', async () => (await orderOf('cut')).length >= threshold);
      proxy.cut();
    }
    await eventually('all are settled', async () => (await pendingOf(publisher)) === 0);
    expect(await orderOf('cut')).toEqual(numbers(SLOW));
  });

  it('is handed back as a whole by a worker that stops, and the next worker goes on in order', async () => {
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, claimAfterMs: NEVER_MS, drainMs: 200 };
    const first = await startWorker(redis.url, { prefix: 'stop', consumer }, [handler]);
    await first.producer.publishAll([...notes('slow', SLOW), ...others]);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    await first.stop();
    expect(first.observations.at(-1)).toMatchObject({ kind: 'handed-back', count: SLOW });
    gate.open();
    await using second = await startWorker(redis.url, { prefix: 'stop', consumer }, [handler]);
    await eventually('all are settled', async () => (await pendingOf(second)) === 0);
    expect(await orderOf('stop')).toEqual(numbers(SLOW));
  });

  it('in a partition does not hold up other keys, and goes on in order with another owner', async () => {
    const gate = new Gate();
    const { handler, othersSeen } = recorder(gate);
    const options = {
      prefix: 'parts',
      partitions: 2,
      sharedState: true,
      consumer: { readAhead: READ_AHEAD, batchSize: BATCH, drainMs: 200 },
    };
    const first = await startWorker(redis.url, options, [handler]);
    await first.producer.publishAll(notes('slow', SLOW));
    await first.producer.publishAll(others);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    await first.stop();
    gate.open();
    await using second = await startWorker(redis.url, options, [handler]);
    await eventually('all are handled', async () => (await orderOf('parts')).length === SLOW);
    await eventually('nothing is in flight', () => second.consumer.inFlight + second.consumer.deferred === 0);
    expect(await orderOf('parts')).toEqual(numbers(SLOW));
  });
});

describe('events in their retry pauses, as many keys as a worker may hold and more,', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const FAILING = 300;
  const NEVER = { attempts: 1000, firstDelayMs: NEVER_MS, maxDelayMs: NEVER_MS };
  const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, claimAfterMs: NEVER_MS, drainMs: 200 };
  const failingOf = (each: number, count = FAILING) =>
    numbers(each).flatMap((number) =>
      numbers(count).map((key) => ({ event: NoteTaken, data: { topic: `failing ${String(key)}`, number } })),
    );

  /** Fails at the first events of failing keys as often as that, and takes down all tries. */
  function failing(times: number, options: EventHandlerOptions, name = 'Notes') {
    const tries: Record<string, [number: number, attempt: number][]> = {};
    const handler = noteHandler(
      ({ data: { topic, number } }, { attempt, transaction }) => {
        (tries[topic] ??= []).push([number, attempt]);
        if (topic.startsWith('failing') && number === 0 && attempt <= times) throw new Error('not yet');
        transaction.rpush(`${name} ${topic}`, number);
      },
      options,
      name,
    );
    const othersSeen = () => Object.keys(tries).filter((topic) => topic.startsWith('other')).length;
    const count = () => Object.values(tries).reduce((sum, own) => sum + own.length, 0);
    return { tries, handler, othersSeen, count };
  }

  it('do not hold up other keys; the next worker knows of their failures', async () => {
    const first = failing(Infinity, { retry: NEVER });
    const one = await startWorker(redis.url, { prefix: 'never', consumer }, [first.handler]);
    await one.producer.publishAll([...failingOf(2), ...others]);
    await eventually('the others are handled', () => first.othersSeen() === OTHERS);
    await eventually('all are read', () => one.consumer.inFlight + one.consumer.deferred === 2 * FAILING);
    expect(one.consumer.inFlight).toBeLessThanOrEqual(READ_AHEAD + BATCH);
    // What comes now, too.
    await one.producer.publishAll(notes('later', 1));
    await eventually('it is handled', () => first.tries['later']);
    expect(first.count()).toBe(FAILING + OTHERS + 1);
    await one.stop();
    expect(one.observations.at(-1)).toMatchObject({ kind: 'handed-back', count: 2 * FAILING });

    const second = failing(0, { retry: NEVER });
    await using two = await startWorker(redis.url, { prefix: 'never', consumer }, [second.handler]);
    await eventually('all are settled', async () => (await pendingOf(two)) === 0);
    const expected = numbers(FAILING).map((key) => [`failing ${String(key)}`, [[0, 2], [1, 1]]]); // prettier-ignore
    expect(second.tries).toEqual(Object.fromEntries(expected));
  });

  it('go on when their pauses are over, each with its next attempt, and those behind them in order', async () => {
    const { tries, handler, othersSeen } = failing(2, {
      retry: { attempts: 5, firstDelayMs: 3000, maxDelayMs: 3000 },
    });
    await using worker = await startWorker(redis.url, { prefix: 'over', consumer }, [handler]);
    await worker.producer.publishAll([...failingOf(3), ...others]);
    await eventually('some are deferred', () => worker.consumer.deferred > READ_AHEAD);
    await eventually('all are settled', async () => othersSeen() === OTHERS && (await pendingOf(worker)) === 0);
    for (const key of numbers(FAILING)) {
      expect(tries[`failing ${String(key)}`]).toEqual([[0, 1], [0, 2], [0, 3], [1, 1], [2, 1]]); // prettier-ignore
      expect(await redis.client.lrange(`over:tester:Notes failing ${String(key)}`, 0, -1)).toEqual(['0', '1', '2']);
    }
    expect(worker.consumer.inFlight + worker.consumer.deferred).toBe(0);
    expect(await redis.client.exists('over:notes:testers:deliveries', 'over:notes:dead-letters')).toBe(0);
  });

  it('of several handlers, go on with those that are not done, each after its own pause', async () => {
    const soon = failing(1, { retry: { attempts: 5, firstDelayMs: 200, maxDelayMs: 200 } }, 'Soon');
    const never = failing(1, { retry: NEVER }, 'Never');
    const done = failing(0, {}, 'Done');
    const handlers = [soon.handler, never.handler, done.handler];
    const options = { prefix: 'several', consumer };
    const one = await startWorker(redis.url, options, handlers);
    await one.producer.publishAll(failingOf(1));
    await eventually('they are deferred', () => one.consumer.deferred > READ_AHEAD);
    await eventually('one handler is done, too', () => soon.count() === 2 * FAILING && done.count() === FAILING);
    await eventually('it is settled', async () => (await redis.client.keys('several:tester:Soon*')).length === FAILING);
    await one.stop();
    expect(never.count()).toBe(FAILING);
    await using two = await startWorker(redis.url, options, handlers);
    await eventually('all are settled', async () => (await pendingOf(two)) === 0);
    expect([soon.count(), never.count(), done.count()]).toEqual([2 * FAILING, 2 * FAILING, FAILING]);
  });

  it("stay this worker's: their claims are renewed, and nobody takes them for what workers have died of", async () => {
    const { handler, othersSeen } = failing(Infinity, { retry: NEVER });
    const options = { prefix: 'kept', consumer: { ...consumer, claimAfterMs: 800 } };
    await using one = await startWorker(redis.url, options, [handler]);
    await one.producer.publishAll([...failingOf(1), ...others]);
    await eventually('the others are handled', () => othersSeen() === OTHERS);
    await using two = await startWorker(redis.url, options, [handler]);
    const looks = await looksOf(redis.client);
    await eventually('they have looked for so long', async () => (await looksOf(redis.client)) - looks >= 30);
    expect(two.consumer.inFlight + two.consumer.deferred).toBe(0);
    const rows = (await redis.client.xpending('kept:notes', 'testers', '-', '+', FAILING)) as unknown[][];
    expect(rows).toHaveLength(FAILING);
    expect(rows.filter(([, , , deliveries]) => deliveries !== 0)).toHaveLength(one.consumer.inFlight);
  });

  it('in partitions, too', async () => {
    const { tries, handler, othersSeen } = failing(1, {
      retry: { attempts: 5, firstDelayMs: 3000, maxDelayMs: 3000 },
    });
    const options = { prefix: 'parts', partitions: 2, consumer };
    await using worker = await startWorker(redis.url, options, [handler]);
    await worker.producer.publishAll([...failingOf(2), ...others]);
    await eventually('some are deferred', () => worker.consumer.deferred > READ_AHEAD);
    await eventually('all are settled', async () => othersSeen() === OTHERS && (await pendingOf(worker)) === 0);
    for (const key of numbers(FAILING)) {
      expect(tries[`failing ${String(key)}`]).toEqual([[0, 1], [0, 2], [1, 1]]); // prettier-ignore
    }
  });

  it('cost nothing more while there is room for them', async () => {
    const { handler, count } = failing(2, { retry: SOON });
    await using worker = await startWorker(redis.url, { prefix: 'roomy', consumer: { claimAfterMs: NEVER_MS } }, [
      handler,
    ]);
    const claims = await callsOf(redis.client, 'xclaim');
    await worker.producer.publishAll(failingOf(1));
    await eventually('all are handled', async () => count() === 3 * FAILING && (await pendingOf(worker)) === 0);
    expect(await callsOf(redis.client, 'xclaim')).toBe(claims);
  });
});
