import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { createProducer, createWorker, DomainEvent, EventValidationError } from 'nestjs-event-streams/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { logTo, silentLogger } from '../src/log/logger.js';

@DomainEvent({
  type: 'note_taken',
  version: '1.0',
  stream: 'notes',
  schema: v.object({
    topic: v.string(),
    number: v.number(),
    at: v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
    ),
  }),
})
class NoteTaken {
  topic!: string;
  number!: number;
  at!: Date;
}

describe('An event class with a schema', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    logTo(silentLogger);
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('is checked by it on both sides; handlers get what it makes of a payload', async () => {
    const options = { redis: redis.url, prefix: 'schema', source: 'tester', consumer: { blockMs: 100 } };
    const producer = createProducer(options);
    const handled: unknown[] = [];
    const worker = createWorker({ ...options, group: 'testers' }, [
      { event: NoteTaken, name: 'notes.take', handle: ({ data }) => void handled.push(data) },
    ]);
    await producer.start();
    await worker.start();
    const note = { topic: 'a', number: 1, at: new Date(0) };
    await producer.publish(NoteTaken, note);
    await eventually('it is handled', () => handled.length === 1);
    expect(handled).toEqual([note]);
    await expect(producer.publish(NoteTaken, { ...note, topic: 7 as never })).rejects.toThrow(EventValidationError);

    // What others may send: something else, and a number that JavaScript reads as Infinity, which this schema would take.
    const at = new Date(0).toISOString();
    for (const data of [`{"topic":7,"number":1,"at":"${at}"}`, `{"topic":"a","number":1e400,"at":"${at}"}`]) {
      const envelope = { event_id: randomUUID(), event_type: 'note_taken', timestamp: at, version: '1.0' };
      await redis.client.xadd('schema:notes', '*', ...Object.entries({ ...envelope, source: 'other', data }).flat());
    }
    await eventually('both are dead letters', async () => (await redis.client.xlen('schema:notes:dead-letters')) === 2);
    const letters = (await redis.client.xrange('schema:notes:dead-letters', '-', '+')).map(([, fields]) =>
      fields.join('\n'),
    );
    expect(letters[0]).toContain('topic: Invalid type');
    expect(letters[1]).toContain('1e400');
    expect(handled).toHaveLength(1);
    await worker.stop();
    await producer.stop();
  });
});
