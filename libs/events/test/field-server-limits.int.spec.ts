import { readdirSync, readFileSync } from 'node:fs';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, EventPayloadError, UnrecoverableError } from 'nestjs-event-streams';
import { MAX_REPLAYABLE_VALUES } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_VALUES } from '../src/stream/scripts/server-limits.js';
import { noteFields } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

describe('the number of values that a script can pass on', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** A note of so many values, in names and values together. */
  const wideNote = (count: number): string[] => {
    const own = noteFields();
    for (let index = 0; own.length < count; index += 1) own.push(`field ${String(index)}`, 'value');
    return own;
  };

  async function deadLetterOf(worker: Awaited<ReturnType<typeof startWorker>>, replays: number) {
    const [deadLetter] = await eventually(`it is a dead letter after ${String(replays)} replays`, async () => {
      const found = await worker.app.get(DeadLetters).list('notes');
      return found[0]?.replays === replays && found;
    });
    return deadLetter;
  }

  it('is no more than this server takes', async () => {
    const pass = (count: number) =>
      redis.client.eval(
        'local t = {} for i = 1, ARGV[1] do t[i] = i end return redis.call("RPUSH", KEYS[1], unpack(t))',
        1,
        'list',
        count,
      );
    // With some to spare for a name, a key and options.
    expect(await pass(MAX_VALUES + 10)).toBe(MAX_VALUES + 10);
    await expect(pass(8001)).rejects.toThrow('too many results to unpack');
  });

  it('is the same for settling, for a dead letter and for its replay: the widest comes back, and may fail again', async () => {
    let isBroken = true;
    const handler = noteHandler((_, { transaction }) => {
      if (isBroken) throw new UnrecoverableError('no');
      transaction.incrby('handled', 1);
    });
    await using worker = await startWorker(redis.url, { prefix: 'wide' }, [handler]);
    const fields = wideNote(MAX_REPLAYABLE_VALUES);
    await redis.client.xadd('wide:notes', '*', ...fields);
    const first = await deadLetterOf(worker, 0);
    expect(first?.fields).toEqual(fields);
    await worker.app.get(DeadLetters).replay('notes', first?.id ?? '');
    const second = await deadLetterOf(worker, 1);
    expect(second?.fields).toEqual(fields);
    isBroken = false;
    await worker.app.get(DeadLetters).replay('notes', second?.id ?? '', { data: { topic: 'edited', number: 1 } });
    await eventually('it is handled', async () => (await redis.client.get('wide:tester:handled')) === '1');
    await eventually('it is settled', async () => (await redis.client.xlen('wide:notes:testers:replays')) === 0);
  });

  it('is the limit of what can be replayed, one field more cannot', async () => {
    const handler = noteHandler(() => {
      throw new UnrecoverableError('no');
    });
    await using worker = await startWorker(redis.url, { prefix: 'wider' }, [handler]);
    await redis.client.xadd('wider:notes', '*', ...wideNote(MAX_REPLAYABLE_VALUES + 2));
    const deadLetter = await deadLetterOf(worker, 0);
    await expect(worker.app.get(DeadLetters).replay('notes', deadLetter?.id ?? '')).rejects.toThrow(EventPayloadError);
  });

  it('cuts what a transaction writes at once', async () => {
    const count = MAX_VALUES + 1;
    const handler = noteHandler((_, { transaction }) => {
      transaction.sadd('members', ...Array.from({ length: count }, (_, index) => String(index)));
    });
    await using worker = await startWorker(redis.url, { prefix: 'many' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('all are written', async () => (await redis.client.scard('many:tester:members')) === count);
  });

  it('stands in one place: no script has a number of its own for it', () => {
    const folder = new URL('../lua/', import.meta.url);
    const own = readdirSync(folder).filter((file) => /\b[5-8]\d00\b/.test(readFileSync(new URL(file, folder), 'utf8')));
    expect(own).toEqual([]);
  });
});
