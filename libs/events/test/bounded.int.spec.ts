import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EntryReader } from '../src/stream/clients/entry-reader.js';
import { noteFields } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteTaken } from './notes.js';
import { looksOf } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

const READ_AHEAD = 30;
const BATCH = 20;

const original = Object.getOwnPropertyDescriptor(EntryReader.prototype, 'readNew')?.value as EntryReader['readNew'];

const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;

describe('bounds', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  async function append(stream: string, count: number): Promise<void> {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < count; number += 1) {
      pipeline.xadd(stream, '*', ...noteFields({ data: JSON.stringify({ topic: `topic ${String(number)}`, number }) }));
    }
    await pipeline.exec();
  }

  it('hold when handlers hang: no more is read than there is room for', async () => {
    const gate = new Gate();
    let running = 0;
    let most = 0;
    let handled = 0;
    const handler = noteHandler(async () => {
      running += 1;
      most = Math.max(most, running);
      await gate.pass();
      running -= 1;
      handled += 1;
    });
    const consumer = { readAhead: READ_AHEAD, batchSize: BATCH, concurrency: 5, claimAfterMs: 300 };
    await using worker = await startWorker(redis.url, { prefix: 'hang', consumer }, [handler]);
    await append('hang:notes', 500);
    await eventually('it is full', () => worker.consumer.inFlight >= READ_AHEAD);
    // It looks for dead consumers in each round in which it could take over something.
    const rounds = await looksOf(redis.client);
    await eventually('it had three rounds to take more', async () => {
      return (await looksOf(redis.client)) >= rounds + 3;
    });
    expect(await pendingOf(worker)).toBeLessThanOrEqual(READ_AHEAD + BATCH);
    expect(worker.consumer.inFlight).toBeLessThanOrEqual(READ_AHEAD + BATCH);

    gate.open();
    await eventually('all are handled', () => handled === 500);
    expect(most).toBeLessThanOrEqual(5);
    await eventually(
      'nothing is in flight',
      async () => worker.consumer.inFlight === 0 && (await pendingOf(worker)) === 0,
    );
  });

  it('allow for the next batch while a full one is handled; of fewer the first is handled at once', async () => {
    const order: string[] = [];
    const readNew = vi.spyOn(EntryReader.prototype, 'readNew').mockImplementation(function (
      this: EntryReader,
      ...args
    ) {
      order.push('read');
      return original.apply(this, args);
    });
    const handler = noteHandler(() => { order.push('handled'); }); // prettier-ignore
    const batchSize = 10;
    await append('ahead:notes', batchSize);
    const consumer = { batchSize, blockMs: 5000 };
    await using worker = await startWorker(redis.url, { prefix: 'ahead', consumer }, [handler]);
    await eventually('the batch is handled', () => order.filter((what) => what === 'handled').length === batchSize);
    expect(order.slice(0, 3)).toEqual(['read', 'read', 'handled']);

    order.length = 0;
    await worker.producer.publish(NoteTaken, { topic: 'one', number: 1 });
    await eventually('it is handled, and more is asked for', () => order.length === 2);
    expect(order).toEqual(['handled', 'read']);
    readNew.mockRestore();
  });

  it('are back at nothing after failures, conflicts, dead letters and retries', async () => {
    const handler = noteHandler(
      async ({ data }, { attempt, transaction }) => {
        await transaction.get('shared');
        transaction.incrby('shared', 1);
        if (data.number % 5 === 0 && attempt === 1) throw new Error('once');
        if (data.number % 7 === 0) throw new Error('always');
      },
      { retry: { ...SOON, attempts: 3 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'end' }, [handler]);
    await append('end:notes', 100);
    for (let number = 0; number < 10; number += 1) await redis.client.xadd('end:notes', '*', 'no', 'envelope');
    await eventually('all are settled', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0 && worker.consumer.inFlight === 0;
    });
    expect(await redis.client.xlen('end:notes:dead-letters')).toBe(15 + 10);
    expect(await redis.client.get('end:tester:shared')).toBe('85');
    // Of its keys only those are left that hold something.
    expect((await redis.client.keys('end:*')).sort()).toEqual([
      'end:layout:version',
      'end:notes',
      'end:notes:dead-letters',
      'end:notes:testers:replays',
      'end:partitions:count',
      'end:tester:shared',
      'end:watch:testers',
    ]);
  });

  it('of one batch hold for each stream and read', async () => {
    const gate = new Gate();
    await using worker = await startWorker(redis.url, { prefix: 'one', consumer: { readAhead: 1, batchSize: 1 } }, [
      noteHandler(() => gate.pass()),
    ]);
    await worker.producer.publishAll([1, 2, 3].map((number) => ({ event: NoteTaken, data: { topic: 'a', number } })));
    await eventually('it is full', () => worker.consumer.inFlight === 1);
    expect(await pendingOf(worker)).toBe(1);
    gate.open();
    await eventually('all are handled', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0;
    });
  });
});
