import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, EventPayloadError, UnrecoverableError, type DeadLetter } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields, readEntries } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const TEXT = '{"topic":"a","number":1,"account":73314510714175488123,"amount":1.10}';

describe('a payload that is edited as text', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** A dead letter that nobody takes any more. */
  async function deadLetterIn(prefix: string): Promise<DeadLetter> {
    const handler = noteHandler(() => {
      throw new UnrecoverableError('no');
    });
    await using worker = await startWorker(redis.url, { prefix, consumer: { unsafeIntegers: 'round' } }, [handler]);
    await redis.client.xadd(`${prefix}:notes`, '*', ...noteFields({ data: TEXT }));
    return await eventually('it is a dead letter', async () => (await worker.app.get(DeadLetters).list('notes'))[0]);
  }

  const operate = (prefix: string): Promise<Worker> => startWorker(redis.url, { prefix, group: null });

  it('is replayed with its numbers as they are written', async () => {
    const { id } = await deadLetterIn('text');
    await using operator = await operate('text');
    const edited = TEXT.replace('"number":1', '"number": 2 \n').replace('"a"', '"b c"');
    await operator.app.get(DeadLetters).replay('notes', id, { json: edited });
    const [replayed] = await readEntries(redis.client, 'text:notes:testers:replays');
    expect(replayed?.['data']).toBe('{"topic":"b c","number":2,"account":73314510714175488123,"amount":1.10}');
    expect(await operator.app.get(DeadLetters).history('notes')).toMatchObject([{ action: 'replayed', edited: true }]);
  });

  it('is refused where it is none, or names what must not be named', async () => {
    const { id } = await deadLetterIn('refused');
    await using operator = await operate('refused');
    const deadLetters = operator.app.get(DeadLetters);
    for (const json of [
      '',
      '{',
      '[]',
      'null',
      '{"constructor":1}',
      '{"a":{"__proto__":{}}}',
      '{"a":[{"prototype":1}]}',
    ]) {
      await expect(deadLetters.replay('notes', id, { json })).rejects.toThrow(EventPayloadError);
    }
    await expect(deadLetters.replay('notes', id, { json: '{}', data: {} })).rejects.toThrow(EventPayloadError);
    await expect(deadLetters.replay('notes', id, { data: { constructor: 1 } })).rejects.toMatchObject({
      path: 'constructor',
    });
    expect(await deadLetters.list('notes')).toHaveLength(1);
  });

  it('is published as it is written, unless readers would round an integer of it', async () => {
    await using operator = await operate('publish');
    await operator.producer.publishJson(NoteTaken, '{ "topic": "a", "number": 1, "amount": 1.10 }');
    const unsafe = operator.producer.publishJson(NoteTaken, TEXT);
    await expect(unsafe).rejects.toMatchObject({
      path: 'account',
      message: expect.stringContaining('73314510714175488123'),
    });
    const entries = await readEntries(redis.client, 'publish:notes');
    expect(entries.map((entry) => entry['data'])).toEqual(['{"topic":"a","number":1,"amount":1.10}']);
  });
});
