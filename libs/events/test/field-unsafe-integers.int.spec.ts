import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, EventPayloadError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const JSON_TEXT = '{"topic":"a","number":1,"account":73314510714175488123}';

describe('an integer beyond 2^53', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('makes an event a dead letter that says so, and keeps all of its digits', async () => {
    const seen: unknown[] = [];
    await using worker = await startWorker(redis.url, { prefix: 'refuse' }, [
      noteHandler(({ data }) => seen.push(data)),
    ]);
    await redis.client.xadd('refuse:notes', '*', ...noteFields({ data: JSON_TEXT }));
    const deadLetters = worker.app.get(DeadLetters);
    const [deadLetter] = await eventually('it is a dead letter', async () => {
      const found = await deadLetters.list('notes');
      return found.length === 1 && found;
    });
    expect(deadLetter).toMatchObject({ reason: 'undecodable', errorName: 'EventDecodeError' });
    expect(deadLetter?.errorMessage).toContain('73314510714175488123 as account: it would be rounded');
    expect(deadLetter?.fields).toContain(JSON_TEXT);
    expect(seen).toEqual([]);
    // As an object it would go back rounded, without a word.
    const rounded = { ...deadLetter?.event?.data, number: 2 };
    await expect(deadLetters.replay('notes', deadLetter?.id ?? '', { data: rounded })).rejects.toThrow(
      EventPayloadError,
    );
    expect(await deadLetters.list('notes')).toHaveLength(1);
  });

  it('is rounded where the application says so', async () => {
    const seen: unknown[] = [];
    const options = { prefix: 'round', consumer: { unsafeIntegers: 'round' as const } };
    await using worker = await startWorker(redis.url, options, [
      noteHandler(({ data }) => seen.push(JSON.parse(JSON.stringify(data)))),
    ]);
    await redis.client.xadd('round:notes', '*', ...noteFields({ data: JSON_TEXT }));
    await eventually('it is handled', () => seen.length === 1);
    expect(seen).toEqual([JSON.parse(JSON_TEXT)]);
    expect(await worker.app.get(DeadLetters).list('notes')).toEqual([]);
  });

  it('that is Infinity in JavaScript is no other', async () => {
    const json = '{"topic":"a","number":1,"more":{"list":[1,1e400]}}';
    const seen: unknown[] = [];
    const handler = noteHandler(({ data }) => seen.push(Object.assign({}, data)));
    await using refusing = await startWorker(redis.url, { prefix: 'infinite' }, [handler]);
    await redis.client.xadd('infinite:notes', '*', ...noteFields({ data: json }));
    const [deadLetter] = await eventually('it is a dead letter', async () => {
      const found = await refusing.app.get(DeadLetters).list('notes');
      return found.length === 1 && found;
    });
    expect(deadLetter).toMatchObject({ reason: 'undecodable', errorName: 'EventDecodeError' });
    expect(deadLetter?.errorMessage).toContain('got 1e400 as more.list.1: it would be Infinity');
    expect(deadLetter?.fields).toContain(json);
    expect(seen).toEqual([]);

    const consumer = { unsafeIntegers: 'round' as const };
    await using rounding = await startWorker(redis.url, { prefix: 'rounded', consumer }, [handler]);
    await redis.client.xadd('rounded:notes', '*', ...noteFields({ data: json }));
    await eventually('it is handled', () => seen.length === 1);
    expect(seen).toEqual([{ topic: 'a', number: 1, more: { list: [1, Infinity] } }]);
    expect(await rounding.app.get(DeadLetters).list('notes')).toEqual([]);
  });

  it('is not published', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'publish', group: null });
    const publish = (data: object): Promise<string> => worker.producer.publish(NoteTaken, data as NoteTaken);
    await expect(publish({ topic: 'a', number: 2 ** 53 })).rejects.toMatchObject({ path: 'number' });
    await expect(publish({ topic: 'a', number: 1n })).rejects.toMatchObject({ path: 'number' });
    expect(await redis.client.exists('publish:notes')).toBe(0);
  });
});
