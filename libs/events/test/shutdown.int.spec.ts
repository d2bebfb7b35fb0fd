import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

/** So long that no test waits for it: whatever is taken over here was handed back. */
const NEVER_MS = 3_600_000;

const pendingOf = (worker: Worker) => worker.monitor.pending('notes', 'testers');

interface Inside {
  worker: { context: { stopping: { isStopping: boolean } } };
}

/** Whether it begins nothing more, as its parts know it. */
const stoppingOf = ({ consumer }: Worker) => (consumer as unknown as Inside).worker.context.stopping;

describe('shutdown', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('in the middle of a batch finishes what runs, and hands back the rest, which another worker gets at once', async () => {
    const gate = new Gate();
    const seen: { number: number; consumer: string }[] = [];
    const handler = noteHandler(async ({ data }, { consumer }) => {
      if (consumer === first.consumer.name) await gate.pass();
      seen.push({ number: data.number, consumer });
    });
    const options = { prefix: 'batch', consumer: { concurrency: 2, claimAfterMs: NEVER_MS } };
    const first = await startWorker(redis.url, options, [handler]);
    await first.producer.publishAll(
      Array.from({ length: 20 }, (_, number) => ({
        event: NoteTaken,
        data: { topic: `topic ${String(number)}`, number },
      })),
    );
    await eventually('everything is read', async () => (await pendingOf(first)).count === 20);
    await using second = await startWorker(redis.url, options, [handler]);

    const stopping = first.stop();
    const state = stoppingOf(first);
    await eventually('it begins nothing any more', () => state.isStopping);
    gate.open();
    await stopping;
    expect(seen.filter(({ consumer }) => consumer === first.consumer.name).map(({ number }) => number)).toEqual([0, 1]);
    expect(first.observations.filter(({ kind }) => kind === 'handed-back')).toEqual([
      { kind: 'handed-back', stream: 'batch:notes', group: 'testers', count: 18 },
    ]);

    await eventually(
      'the other worker has handled the rest',
      async () => seen.length === 20 && (await pendingOf(second)).count === 0,
    );
    expect(seen.slice(2).map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, index) => index + 2));
    expect(new Set(seen.slice(2).map(({ consumer }) => consumer))).toEqual(new Set([second.consumer.name]));
  });

  it('waits no longer than its deadline: tells the handler, and hands its event back', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    let aborted = false;
    const handler = noteHandler(async (_, { consumer, signal, transaction }) => {
      seen.push(consumer);
      transaction.incrby('effects', 1);
      if (consumer !== first.consumer.name) return;
      signal.addEventListener('abort', () => (aborted = true));
      await gate.pass();
    });
    const options = { prefix: 'deadline', consumer: { drainMs: 200, claimAfterMs: NEVER_MS } };
    const first = await startWorker(redis.url, options, [handler]);
    await first.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler runs', () => seen.length === 1);
    let isStopped = false;
    void first.stop().then(() => (isStopped = true));
    await eventually('it has stopped', () => isStopped, 5000);
    expect(aborted).toBe(true);
    expect(first.observations.some((seenOne) => seenOne.kind === 'handed-back' && seenOne.count === 1)).toBe(true);

    await using second = await startWorker(redis.url, options, [handler]);
    await eventually(
      'the other worker has handled it',
      async () => seen.length === 2 && (await pendingOf(second)).count === 0,
    );
    gate.open();
    expect(seen).toEqual([first.consumer.name, second.consumer.name]);
    expect(await redis.client.get('deadline:tester:effects')).toBe('1');
  });

  it('does not wait for retries', async () => {
    const handler = noteHandler(
      () => {
        throw new Error('in an hour');
      },
      { retry: { attempts: 5, firstDelayMs: NEVER_MS, maxDelayMs: NEVER_MS } },
    );
    const options = { prefix: 'retry', consumer: { claimAfterMs: NEVER_MS, drainMs: 60_000 } };
    const worker = await startWorker(redis.url, options, [handler]);
    await worker.producer.publishAll(notes('a', 3));
    await eventually('one has failed', () => worker.observations.length === 1);
    await worker.stop();
    expect(worker.observations.at(-1)).toMatchObject({ kind: 'handed-back', count: 3 });
  });

  it('renews the claims of its last handlers', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    const handler = noteHandler(async (_, { consumer }) => {
      seen.push(consumer);
      await gate.pass();
    });
    const options = { prefix: 'drain', consumer: { claimAfterMs: 400, drainMs: 60_000 } };
    const first = await startWorker(redis.url, options, [handler]);
    await first.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler runs', () => seen.length === 1);
    await using second = await startWorker(redis.url, options, [handler]);
    const stopping = first.stop();
    const until = Date.now() + 3 * 400;
    await eventually('three times the claim time has passed', () => Date.now() > until);
    expect((await pendingOf(second)).byConsumer).toEqual({ [first.consumer.name]: 1 });
    gate.open();
    await stopping;
    expect(seen).toEqual([first.consumer.name]);
    expect((await pendingOf(second)).count).toBe(0);
  });

  it('of an idle worker leaves nothing behind', async () => {
    const worker = await startWorker(redis.url, { prefix: 'idle' }, [noteHandler(() => undefined)]);
    await eventually('it reads', async () => (await worker.monitor.consumers('notes', 'testers')).length === 1);
    await worker.stop();
    expect(await redis.client.xinfo('CONSUMERS', 'idle:notes', 'testers')).toEqual([]);
    await eventually(
      'its connections are closed',
      async () => !String(await redis.client.client('LIST')).includes('name=tester'),
    );
  });

  it('ends handlers before other modules close what they use', async () => {
    const gate = new Gate();
    const calls: string[] = [];
    @Injectable()
    class Database implements OnModuleDestroy {
      onModuleDestroy(): void {
        calls.push('closed');
      }
    }
    const handler = noteHandler(async () => {
      calls.push('begun');
      await gate.pass();
      calls.push('done');
    });
    const worker = await startWorker(redis.url, { prefix: 'before' }, [handler, Database]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler runs', () => calls.length === 1);
    const stopping = worker.stop();
    const state = stoppingOf(worker);
    await eventually('it stops', () => state.isStopping);
    gate.open();
    await stopping;
    expect(calls).toEqual(['begun', 'done', 'closed']);
  });
});

describe('shutdown without Redis', () => {
  it('ends, with handlers and publishes under way', async () => {
    await using redis = await freshRedis();
    const gate = new Gate();
    let isRunning = false;
    const handler = noteHandler(async (_, { transaction }) => {
      isRunning = true;
      await gate.pass();
      transaction.incrby('effects', 1);
    });
    const options = {
      prefix: 'down',
      commandTimeoutMs: 300,
      consumer: { drainMs: 500, claimAfterMs: NEVER_MS },
      producer: { timeoutMs: 500 },
    };
    const worker = await startWorker(redis.url, options, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler runs', () => isRunning);
    await redis.server.kill();
    const publishing = Promise.allSettled(
      notes('b', 300).map(({ event, data }) => worker.producer.publish(event, data)),
    );
    let isStopped = false;
    void worker.stop().then(() => (isStopped = true));
    gate.open();
    await eventually('it has stopped', () => isStopped, 5000);
    expect((await publishing).every(({ status }) => status === 'rejected')).toBe(true);
  });
});
