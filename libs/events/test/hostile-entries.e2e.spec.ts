import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type ChildSettings, type ChildWorker } from './child-worker.js';
import { noteFields, readEntries, type Fields } from './entries.js';

/** Enough for a worker, and not for what 300,000 problems take. */
const HEAP_MB = 64;
/** Two that read it with others, and two that read it in quarantine. */
const DEATHS = 4;
const EMPTY_LINES = JSON.stringify({ topic: 'a', number: 1, lines: Array.from({ length: 300_000 }, () => ({})) });

describe('an entry that is too much for a worker', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const add = (prefix: string, fields: Fields) =>
    // As an array: so many arguments are too many for a call.
    redis.client.call('XADD', [`${prefix}:notes`, '*', ...noteFields(fields)]);
  const note = (number: number) => JSON.stringify({ topic: 'a', number });
  const settingsOf = (prefix: string, more: Partial<ChildSettings>): ChildSettings => ({
    redis: redis.url,
    prefix,
    heapMb: HEAP_MB,
    ...more,
    consumer: { claimAfterMs: 500, ...more.consumer },
  });
  const deadLettersOf = (prefix: string) => readEntries(redis.client, `${prefix}:notes:dead-letters`);
  const isSettled = async (prefix: string): Promise<boolean> => {
    const [pending] = (await redis.client.xpending(`${prefix}:notes`, 'testers')) as [number];
    return pending === 0;
  };

  it('is refused by its limits, and the worker goes on', async () => {
    const prefix = 'limits';
    await using worker = await startChild(settingsOf(prefix, {}));
    let hasEnded = false;
    void worker.exited.then(() => (hasEnded = true));
    for (let time = 0; time < 3; time += 1) await add(prefix, { data: EMPTY_LINES });
    await add(prefix, { data: `{"a":${'['.repeat(6000)}${']'.repeat(6000)}}` });
    await add(prefix, { data: `{${Array.from({ length: 60_000 }, (_, index) => `"k${String(index)}":1`).join(',')}}` });
    await add(prefix, { data: `{"topic":"${'x'.repeat(2 ** 20)}","number":1}` });
    await add(prefix, { data: note(7), correlation_id: 'x'.repeat(24 * 2 ** 20) });
    await add(prefix, {
      data: note(7),
      ...Object.fromEntries(Array.from({ length: 65_000 }, (_, index) => [`f${String(index)}`, ''])),
    });
    await add(prefix, { data: note(8) });
    await eventually('the last one is handled', () => worker.running.includes(8));
    await eventually('all are settled', () => isSettled(prefix));
    const deadLetters = await deadLettersOf(prefix);
    const options = [
      'maxItems',
      'maxItems',
      'maxItems',
      'maxDepth',
      'maxProperties',
      'maxBytes',
      'maxBytes',
      'maxProperties',
    ];
    expect(
      deadLetters.map(({ reason, error_message }) => [reason, /\(consumer\.(\w+)\)/.exec(error_message ?? '')?.[1]]),
    ).toEqual(options.map((option) => ['undecodable', option]));
    expect(worker.running).toEqual([8]);
    expect(hasEnded).toBe(false);
  });

  it.each<[string, string, Partial<ChildSettings>]>([
    ['heap', EMPTY_LINES, { consumer: { maxItems: 1_000_000 } }],
    ['validator', note(666), { dieReading: 666 }],
  ])(
    'ends, where limits do not keep it away, as a crash of those that read it: %s',
    async (prefix, data, more) => {
      await add(prefix, { data: note(1) });
      await add(prefix, { data, partition_key: 'deadly' });
      await add(prefix, { data: note(2), partition_key: 'deadly' });
      await add(prefix, { data: note(3) });
      const lives: ChildWorker[] = [];
      try {
        for (let started = 0; (await deadLettersOf(prefix)).length === 0; started += 1) {
          expect(started).toBeLessThanOrEqual(DEATHS);
          const life = await startChild(settingsOf(prefix, more)).catch(() => undefined);
          // It may have ended before it has told its name.
          if (!life) continue;
          lives.push(life);
          let hasEnded = false;
          void life.exited.then(() => (hasEnded = true));
          await eventually(
            'it ends, or the event is a dead letter',
            async () => hasEnded || (await deadLettersOf(prefix)).length,
          );
        }
        await eventually('the others are handled', () => isSettled(prefix));
      } finally {
        await Promise.all(lives.map((life) => life[Symbol.asyncDispose]()));
      }
      const [deadLetter, ...others] = await deadLettersOf(prefix);
      expect(others).toEqual([]);
      expect(deadLetter).toMatchObject({
        reason: 'crashed',
        handler: '-',
        attempts: '2',
        error_name: 'WorkerCrashedError',
        'entry.data': data,
      });
      const once = Object.fromEntries([1, 2, 3].map((number) => [String(number), '1']));
      expect(await redis.client.hgetall(`${prefix}:tester:effects`)).toEqual(once);
      expect(await redis.client.exists(`${prefix}:notes:testers:deliveries`)).toBe(0);
      // Five processes, four of which run out of what they have.
    },
    180_000,
  );
});
