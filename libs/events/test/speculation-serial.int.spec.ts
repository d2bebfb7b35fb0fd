import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import type { Transaction } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler, SOON } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const KEYS = ['x', 'y'];
const FIELDS = ['f', 'g'];

/** What a handler does, one after the other. */
type Step =
  | { does: 'read'; key: string; fields: readonly string[] }
  | { does: 'set' | 'add' | 'remove'; key: string; field: string }
  | { does: 'delete'; key: string }
  | { does: 'wait'; ms: number }
  | { does: 'fail' };

/** What it read, and what it wrote, in its order: the commit appends it to a list, together with its effects. */
interface Logged {
  id: number;
  steps: (
    | { read: string; fields: readonly string[]; values: (string | null)[] }
    | { set: string; field: string; value: string }
    | { add: string; field: string }
    | { remove: string; field: string }
    | { delete: string }
  )[];
}

const key = fc.constantFrom(...KEYS);
const field = fc.constantFrom(...FIELDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('read' as const), key, fields: fc.constantFrom(['f'], ['g'], ['f', 'g'], ['g', 'f']) }) }, // prettier-ignore
  { weight: 5, arbitrary: fc.record({ does: fc.constant('set' as const), key, field }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('add' as const, 'remove' as const), key, field }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(0, 0, 0, 1, 3) }) },
  { weight: 1, arbitrary: fc.constant({ does: 'fail' as const }) },
);
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 25 });

/** Does the steps, reads before writes of a key as a transaction wants it. @param sum of what was read goes into what is set */
async function take(id: number, steps: readonly Step[], transaction: Transaction, mayFail: boolean): Promise<void> {
  const logged: Logged['steps'] = [];
  const written = new Set<string>();
  let sum = id;
  for (const one of steps) {
    if (one.does === 'wait') {
      await (one.ms === 0 ? turn() : pause(one.ms));
    } else if (one.does === 'fail') {
      if (mayFail) throw new Error('as it was told');
    } else if (one.does === 'read') {
      if (written.has(one.key)) continue;
      const [only = '', second] = one.fields;
      const values =
        second === undefined ? [await transaction.hget(one.key, only)] : await transaction.hmget(one.key, one.fields);
      logged.push({ read: one.key, fields: one.fields, values });
      for (const value of values) sum = (31 * sum + Number(value ?? 7)) % 100_003;
    } else {
      written.add(one.key);
      if (one.does === 'set') {
        transaction.hset(one.key, one.field, sum);
        logged.push({ set: one.key, field: one.field, value: String(sum) });
      } else if (one.does === 'add') {
        transaction.hincrby(one.key, one.field, 1);
        logged.push({ add: one.key, field: one.field });
      } else if (one.does === 'remove') {
        transaction.hdel(one.key, one.field);
        logged.push({ remove: one.key, field: one.field });
      } else {
        transaction.del(one.key);
        logged.push({ delete: one.key });
      }
    }
  }
  transaction.rpush('log', JSON.stringify({ id, steps: logged }));
}

/** Does what was logged one after the other, on nothing, and compares what was read. @returns what is left */
function replay(log: readonly Logged[]): Record<string, Record<string, string>> {
  const state: Record<string, Record<string, string>> = { x: {}, y: {} };
  for (const { steps } of log) {
    const before = structuredClone(state);
    for (const one of steps) {
      if ('read' in one) expect(one.values).toEqual(one.fields.map((name) => before[one.read]?.[name] ?? null));
      else if ('set' in one) (state[one.set] ??= {})[one.field] = one.value;
      else if ('add' in one) (state[one.add] ??= {})[one.field] = String(Number(state[one.add]?.[one.field] ?? 0) + 1);
      else if ('remove' in one) delete state[one.remove]?.[one.field];
      else state[one.delete] = {};
    }
  }
  return state;
}

describe('handlers of two workers on a few keys', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('have the effects of a serial order, each once, whatever they read, write, await or fail at', async () => {
    let steps: readonly (readonly Step[])[] = [];
    const failed = new Set<number>();
    const handler = noteHandler(
      ({ data: { number } }, { transaction }) => {
        const mayFail = !failed.has(number);
        failed.add(number);
        return take(number, steps[number] ?? [], transaction, mayFail);
      },
      { retry: SOON },
    );
    const options = { prefix: 'serial', consumer: { batchSize: 10, readAhead: 20 } };
    await using one = await startWorker(redis.url, options, [handler]);
    await using two = await startWorker(redis.url, options, [handler]);
    const at = (name: string) => `serial:tester:${name}`;

    const property = fc.asyncProperty(history, async (all) => {
      // Not told to the workers: what they remember of the run before is wrong.
      await redis.client.del(...KEYS.map(at), at('log'));
      failed.clear();
      steps = all;
      await one.producer.publishAll(
        all.map((_, number) => ({ event: NoteTaken, data: { topic: `topic ${String(number)}`, number } })),
      );
      await eventually('all are done', async () => (await redis.client.llen(at('log'))) === all.length);
      await eventually('nothing is left', async () => (await one.monitor.pending('notes', 'testers')).count === 0);
      const log = (await redis.client.lrange(at('log'), 0, -1)).map((line) => JSON.parse(line) as Logged);
      expect(log.map(({ id }) => id).sort((a, b) => a - b)).toEqual(all.map((_, number) => number));
      const left = replay(log);
      for (const name of KEYS) expect(await redis.client.hgetall(at(name))).toEqual(left[name]);
    });
    await fc.assert(property, { numRuns: 60, endOnFailure: true });
    expect(await redis.client.exists('serial:notes:dead-letters')).toBe(0);
    const kinds = (worker: Worker) => new Set(worker.observations.map(({ kind }) => kind));
    // Both took part; and there was something to find for the commit's check.
    expect([kinds(one).has('handled'), kinds(two).has('handled')]).toEqual([true, true]);
    expect(kinds(one).has('conflict') || kinds(two).has('conflict')).toBe(true);
  }, 120_000);
});
