import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteTaken, notes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const losses: Record<string, (redis: TestRedis, stream: string) => Promise<unknown>> = {
  FLUSHALL: ({ client }) => client.flushall(),
  'XGROUP DESTROY': ({ client }, stream) => client.xgroup('DESTROY', stream, 'testers'),
  'DEL of the stream': ({ client }, stream) => client.del(stream),
};

const recreated = (worker: Worker) => worker.observations.filter(({ kind }) => kind === 'group-recreated');

describe('a lost group', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each(Object.entries(losses))('by %s is made again, with one alarm, and the workers go on', async (name, lose) => {
    const prefix = name.toLowerCase().replaceAll(' ', '-');
    const seen: number[] = [];
    const handler = noteHandler(({ data }) => seen.push(data.number));
    await using one = await startWorker(redis.url, { prefix, consumer: { claimAfterMs: 200 } }, [handler]);
    await using two = await startWorker(redis.url, { prefix, consumer: { claimAfterMs: 200 } }, [handler]);
    const logs = collectLogs();
    await one.producer.publishAll(notes('before', 5));
    await eventually('all are handled', () => seen.length === 5);

    await lose(redis, `${prefix}:notes`);
    await eventually('the group is there again', async () => {
      return recreated(one).length + recreated(two).length > 0 && (await one.monitor.groups('notes')).length === 1;
    });
    await one.producer.publish(NoteTaken, { topic: 'after', number: 100 });
    await eventually('what came later is handled', () => seen.includes(100));

    // Both workers have met it, and one has told.
    await eventually('both read again', async () => (await one.monitor.consumers('notes', 'testers')).length === 2);
    expect([...recreated(one), ...recreated(two)]).toEqual([
      { kind: 'group-recreated', stream: `${prefix}:notes`, group: 'testers' },
    ]);
    expect(logs.errors).toEqual([expect.any(String)]);
    expect(logs.errors[0]).toMatch(new RegExp(`The group testers of ${prefix}:notes was missing .* delivered again`));
    expect(logs.warnings).toEqual([]);
    // From the stream's beginning: what is left in the stream comes again, and nothing is missing.
    const again = name === 'XGROUP DESTROY' ? [0, 1, 2, 3, 4] : [];
    await eventually('everything is handled', () => seen.length === 6 + again.length);
    expect(seen.slice(5).sort((a, b) => a - b)).toEqual([...again, 100]);
    await eventually('nothing is in flight', () => one.consumer.inFlight + two.consumer.inFlight === 0);
  });

  it('in the middle of a handler costs that delivery, and the event comes again', async () => {
    const gate = new Gate();
    let runs = 0;
    const handler = noteHandler(async (_, { transaction }) => {
      runs += 1;
      await gate.pass();
      transaction.incrby('effects', 1);
    });
    await using worker = await startWorker(redis.url, { prefix: 'middle' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler runs', () => runs === 1);
    await redis.client.xgroup('DESTROY', 'middle:notes', 'testers');
    gate.open();
    await eventually('it is applied', () => redis.client.get('middle:tester:effects'));
    await eventually('nothing is held', async () => {
      return worker.consumer.inFlight === 0 && (await worker.monitor.pending('notes', 'testers')).count === 0;
    });
    expect(await redis.client.get('middle:tester:effects')).toBe('1');
  });

  it('of an empty stream does not stop the worker, either', async () => {
    const seen: number[] = [];
    await using worker = await startWorker(redis.url, { prefix: 'empty' }, [
      noteHandler(({ data }) => seen.push(data.number)),
    ]);
    for (let round = 1; round <= 3; round += 1) {
      await redis.client.flushall();
      await eventually('the group is there again', async () => (await worker.monitor.groups('notes')).length === 1);
      await worker.producer.publish(NoteTaken, { topic: 'a', number: round });
      await eventually('the event is handled', () => seen.length === round);
    }
    expect(recreated(worker)).toHaveLength(3);
  });
});
