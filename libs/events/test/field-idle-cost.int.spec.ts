import type { Type } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { IsInt } from 'class-validator';
import { DomainEvent, EventHandler } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { callsOf } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

const STREAMS = 10;
const WORKERS = 6;
const MEASURED_MS = 4000;
/** As by default. */
const DEFAULTS = { blockMs: 2000, claimAfterMs: 30_000 };

/** A handler of a stream of its own. */
function handlerOf(number: number): Type {
  @DomainEvent({ type: `thing_${String(number)}_done`, version: '1.0', stream: `things-${String(number)}` })
  class Done {
    @IsInt() number!: number;
  }
  class Things {
    @EventHandler(Done)
    onDone(): void {
      return undefined;
    }
  }
  Object.defineProperty(Things, 'name', { value: `Things${String(number)}` });
  return Things;
}

describe('workers that have nothing to do', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const nowMs = async () => {
    const [seconds = 0, micros = 0] = (await redis.client.time()).map(Number);
    return seconds * 1000 + micros / 1000;
  };
  /** Of what clients send; what a script calls is counted by its own name, and none of these is called by one. */
  const sent = async () => {
    const counts = await Promise.all(
      ['evalsha', 'eval', 'xreadgroup', 'xread'].map((name) => callsOf(redis.client, name)),
    );
    return counts.reduce((sum, count) => sum + count);
  };

  it.each([1, 4])(
    'send a few commands a second each, however many streams they read (partitions: %i)',
    async (partitions) => {
      const workers: Worker[] = [];
      const handlers = Array.from({ length: STREAMS }, (_, number) => handlerOf(number));
      const options = { prefix: `idle-${String(partitions)}`, partitions, consumer: DEFAULTS };
      try {
        for (let number = 0; number < WORKERS; number += 1)
          workers.push(await startWorker(redis.url, options, handlers));
        if (partitions > 1) {
          const owned = () => workers.map((worker) => worker.consumer.partitions.length).sort();
          await eventually('each partition has its owner', () => owned().join() === [0, 0, 1, 1, 1, 1].join());
        }
        const [before, fromMs] = [await sent(), await nowMs()];
        await eventually('some time has passed', async () => (await nowMs()) - fromMs >= MEASURED_MS);
        const perSecond = ((await sent()) - before) / (((await nowMs()) - fromMs) / 1000);
        // One for each stream, each second, would be ten.
        expect(perSecond / WORKERS).toBeLessThan(5);
      } finally {
        await Promise.all(workers.map((worker) => worker.stop()));
      }
    },
  );

  it('look together for what others have left, not each, and for consumers that are gone at their own pace', async () => {
    const workers: Worker[] = [];
    const options = { prefix: 'together', consumer: DEFAULTS };
    try {
      for (let number = 0; number < WORKERS; number += 1) {
        workers.push(await startWorker(redis.url, options, [noteHandler(() => undefined)]));
      }
      const calls = () =>
        Promise.all(['time', 'xpending', 'xinfo\\|consumers'].map((name) => callsOf(redis.client, name)));
      const [asked = 0, looked = 0, swept = 0] = await calls();
      await eventually(
        'each has asked several times',
        async () => (await callsOf(redis.client, 'time')) - asked >= 6 * WORKERS,
      );
      const [, lookedThen = 0, sweptThen = 0] = await calls();
      // The stream and its replays.
      expect(lookedThen - looked).toBeLessThan((2 * 6 * WORKERS) / 3);
      expect(sweptThen - swept).toBe(0);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });

  it('stay in their group, where everybody sees them, for longer than consumers are kept that are gone', async () => {
    const forgetAfterMs = 500;
    const options = { prefix: 'seen', consumer: { forgetAfterMs, claimAfterMs: 30_000 } };
    await using one = await startWorker(redis.url, options, [noteHandler(() => undefined)]);
    await using two = await startWorker(redis.url, options, [noteHandler(() => undefined)]);
    await one.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await redis.client.xgroup('CREATECONSUMER', 'seen:notes', 'testers', 'gone');
    const names = async () => (await one.monitor.consumers('notes', 'testers')).map(({ name }) => name).sort();
    const living = [one.consumer.name, two.consumer.name].sort();
    await eventually('the one that is gone is removed', async () => !(await names()).includes('gone'));
    const fromMs = await nowMs();
    await eventually('several such times have passed', async () => {
      expect(await names()).toEqual(living);
      return (await nowMs()) - fromMs > 4 * forgetAfterMs;
    });
  });

  it('that leave are taken off, and what they hand back is looked for at once', async () => {
    const options = { prefix: 'left', consumer: DEFAULTS };
    await using one = await startWorker(redis.url, options, [noteHandler(() => undefined)]);
    const two = await startWorker(redis.url, options, [noteHandler(() => undefined)]);
    const fields = () => redis.client.hkeys('left:watch:testers');
    await eventually(
      'both are seen',
      async () => (await fields()).filter((field) => field.startsWith('seen ')).length === 2,
    );
    await two.stop();
    expect((await fields()).filter((field) => field.startsWith('seen '))).toEqual([`seen ${one.consumer.name}`]);
  });
});
