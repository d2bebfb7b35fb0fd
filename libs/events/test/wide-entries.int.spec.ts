import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, EventPayloadError, UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { noteHandler } from './handlers.js';
import { startWorker } from './worker.js';

/** More than a script can pass on to a command, which is about 8,000 values. */
const MANY = Array.from({ length: 4100 }, (_, index) => [`field ${String(index)}`, 'value']).flat();

describe('an entry of thousands of fields', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each([
    ['that is no envelope', MANY, 'undecodable'],
    ['whose handler gives up', [...noteFields(), ...MANY], 'unrecoverable'],
  ])('%s becomes a dead letter, whole', async (_, fields, reason) => {
    const handler = noteHandler(() => {
      throw new UnrecoverableError('no');
    });
    await using worker = await startWorker(redis.url, { prefix: reason }, [handler]);
    const id = await redis.client.xadd(`${reason}:notes`, '*', ...fields);
    const deadLetters = worker.app.get(DeadLetters);
    const [deadLetter] = await eventually('it is a dead letter', async () => {
      const found = await deadLetters.list('notes');
      return found.length === 1 && found;
    });
    expect(deadLetter).toMatchObject({ entryId: id, reason, fields });
    expect(await worker.monitor.pending('notes', 'testers')).toMatchObject({ count: 0 });
    // It cannot come back the way it went; and it is still there after somebody tried.
    await expect(deadLetters.replay('notes', deadLetter?.id ?? '')).rejects.toThrow(EventPayloadError);
    await deadLetters.discard('notes', deadLetter?.id ?? '');
  });
});
