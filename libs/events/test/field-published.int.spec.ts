import { isDeepStrictEqual } from 'node:util';
import { Injectable, type Type } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import {
  EventEnvelopeError,
  EventHandler,
  EventPayloadError,
  EventValidationError,
  ProducerOverloadedError,
  type Delivery,
  type EventClass,
  type EventEnvelope,
  type EventToPublish,
} from 'nestjs-event-streams';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { namesAField } from './publishing/errors.js';
import { AnythingSaid, EVENTS, idempotencyKeys, keys, nextKey, options, payloads } from './publishing/events.js';
import { startWorker } from './worker.js';

const RUNS = 400;

/** A provider that takes note of the entries of one event class that its handler was given. */
function recorder(event: EventClass, taken: Set<string>): Type {
  @Injectable()
  class Recorder {
    @EventHandler(event)
    take(_event: EventEnvelope<object>, delivery: Delivery): void {
      taken.add(delivery.id);
    }
  }
  Object.defineProperty(Recorder, 'name', { value: `${event.name}Recorder` });
  return Recorder;
}

describe('what is published', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    nextKey.give = () => 'key';
  });

  it(`is handled, and what nobody could handle is refused by name, in ${String(RUNS)} cases`, async () => {
    const taken = new Set<string>();
    const published = new Map<string, string>();
    const byKey = new Map<string, string>();
    await using worker = await startWorker(
      redis.url,
      { prefix: 'any', producer: { maxBytes: 4000, maxDepth: 20 } },
      EVENTS.map((event) => recorder(event, taken)),
    );
    const cases = fc.tuple(fc.constantFrom(...EVENTS), payloads, options, keys, idempotencyKeys);
    await fc.assert(
      fc.asyncProperty(cases, async ([event, data, said, giveKey, idempotencyKey]) => {
        nextKey.give = giveKey;
        // What is no object stays what it is.
        const key = typeof said === 'object' ? idempotencyKey : undefined;
        const all = key === undefined ? said : { ...said, idempotencyKey: key };
        let id: string;
        try {
          id = await worker.producer.publish(event, data as object, all);
        } catch (error) {
          if (!namesAField(error)) throw error;
          return;
        }
        const first = key === undefined ? undefined : byKey.get(key);
        if (first === undefined) published.set(id, JSON.stringify(data));
        else expect(id).toBe(first);
        if (key !== undefined) byKey.set(key, id);
      }),
      { numRuns: RUNS },
    );
    expect(published.size).toBeGreaterThan(RUNS / 20);
    await eventually('all are handled', () => taken.size === published.size);
    expect(await redis.client.exists('any:samples:dead-letters')).toBe(0);
    for (const [id, fields] of await redis.client.xrange('any:samples', '-', '+')) {
      const sent: unknown = JSON.parse(published.get(id) ?? '');
      const read: unknown = JSON.parse(fields[fields.indexOf('data') + 1] ?? '');
      if (!isDeepStrictEqual(read, sent)) expect(read).toEqual(sent);
    }
  });

  it.each<[string, unknown]>([
    ['empty', ''],
    ['null', null],
    ['a number', 17],
    ['no text that Redis could tell apart', '\ud800'],
    ['too long', 'x'.repeat(1025)],
  ])('has no idempotency key that is %s: it would swallow what comes after it', async (_what, idempotencyKey) => {
    await using worker = await startWorker(redis.url, { prefix: 'once', group: null });
    const said = { idempotencyKey: idempotencyKey as string };
    const note = { topic: 'a', number: 1 };
    const refused = { name: 'EventEnvelopeError', field: 'idempotencyKey', eventType: 'note_taken' };
    await expect(worker.producer.publish(NoteTaken, note, said)).rejects.toMatchObject(refused);
    const several: EventToPublish[] = [
      { event: NoteTaken, data: note },
      { event: NoteTaken, data: note, options: said },
    ];
    await expect(worker.producer.publishAll(several)).rejects.toMatchObject(refused);
    expect(await redis.client.keys('once:*')).toEqual([]);
  });

  it('is nothing of a call in which one event is refused', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'several', group: null });
    const right = { event: AnythingSaid, data: { value: 1 } };
    const wrong: [EventToPublish, typeof EventPayloadError | typeof EventEnvelopeError][] = [
      [{ event: AnythingSaid, data: { value: new URL('http://a.b') } }, EventPayloadError],
      [{ event: AnythingSaid, data: null as unknown as object }, EventPayloadError],
      [{ event: AnythingSaid, data: {}, options: { eventId: 'é' } }, EventEnvelopeError],
      [{ event: AnythingSaid, data: {}, options: null as never }, EventEnvelopeError],
      [{ event: AnythingSaid, data: {}, options: { timestamp: new Date(NaN) } }, EventEnvelopeError],
    ];
    for (const [one, error] of wrong) {
      await expect(worker.producer.publishAll([right, one, right])).rejects.toThrow(error);
    }
    expect(await redis.client.keys('several:*')).toEqual([]);
  });

  it('by a transaction is held to the same rules, and what it inherits is passed on', async () => {
    const refused: unknown[] = [];
    const handle = noteHandler((_event, { transaction }) => {
      const attempts = [
        () => transaction.publish(AnythingSaid, { value: Buffer.from('a') }),
        () => transaction.publish(NoteFiled, { topic: 'a', number: 'one' as never }),
        () => transaction.publish(AnythingSaid, {}, { correlationId: 'é' }),
        () => transaction.publish(AnythingSaid, {}, { causationId: '' }),
        () => transaction.publish(AnythingSaid, {}, { timestamp: new Date(NaN) }),
        () => transaction.publish(AnythingSaid, {}, { traceparent: 'orders' }),
        () => {
          nextKey.give = () => true;
          transaction.publish(AnythingSaid, {});
        },
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          refused.push(error);
        }
      }
      nextKey.give = () => 'key';
      transaction.publish(AnythingSaid, { value: 'taken' });
    });
    await using worker = await startWorker(redis.url, { prefix: 'answers' }, [handle]);
    // Another publisher may say what ours may not.
    const foreign = { correlation_id: 'é à', traceparent: 'none', tracestate: 'é' };
    const fields = {
      ...{ event_id: 'e1', event_type: 'note_taken', timestamp: 'now', version: '1.0', source: 'other' },
      ...{ data: '{"topic":"a","number":1}', ...foreign },
    };
    await redis.client.xadd('answers:notes', '*', ...Object.entries(fields).flat());
    await eventually('it is answered', async () => (await redis.client.xlen('answers:samples')) === 1);
    const [answer] = await readEntries(redis.client, 'answers:samples');
    expect(answer).toMatchObject({ ...foreign, causation_id: 'e1', data: '{"value":"taken"}' });
    expect(refused.map((error) => (error as Error).name)).toEqual([
      EventPayloadError.name,
      EventValidationError.name,
      ...Array<string>(5).fill(EventEnvelopeError.name),
    ]);
    expect(worker.consumer.inFlight).toBe(0);
  });
});

describe('publishAll', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('takes as many as may wait at once, and refuses more at once, with the limit and its option', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'limit', group: null });
    let made = 0;
    const countsWhatIsMade = (note: NoteTaken): NoteTaken =>
      Object.assign(note, { toJSON: () => ({ topic: 'a', number: (made += 1) }) });
    const tooMany = worker.producer.publishAll(
      notes('a', 10_001).map(({ event, data }) => ({ event, data: countsWhatIsMade(data) })),
    );
    await expect(tooMany).rejects.toThrow(ProducerOverloadedError);
    await expect(tooMany).rejects.toMatchObject({
      option: 'producer.bufferLimit',
      limit: 10_000,
      asked: 10_001,
      isTooLarge: true,
      message:
        'Expected at most 10000 events in one call (producer.bufferLimit), got 10001 events; nothing was taken. ' +
        'Publish them in several calls, each when the one before is done, or raise producer.bufferLimit.',
    });
    expect(made).toBe(0);
    expect(await redis.client.exists('limit:notes')).toBe(0);
    expect(await worker.producer.publishAll(notes('a', 10_000))).toHaveLength(10_000);
    expect(await redis.client.xlen('limit:notes')).toBe(10_000);
  });

  it('refuses what is larger than all that may wait at once, before the rest of it is made', async () => {
    await using worker = await startWorker(redis.url, {
      prefix: 'bytes',
      group: null,
      producer: { bufferBytes: 10_000 },
    });
    let made = 0;
    const toJSON = () => ({ topic: 'a', number: (made += 1), text: 'x'.repeat(3000) });
    const events = notes('a', 100).map(({ event, data }) => ({ event, data: Object.assign(data, { toJSON }) }));
    const tooMuch = worker.producer.publishAll(events);
    await expect(tooMuch).rejects.toMatchObject({
      name: 'ProducerOverloadedError',
      option: 'producer.bufferBytes',
      limit: 10_000,
      isTooLarge: true,
      message: expect.stringContaining('or raise producer.bufferBytes'),
    });
    expect(made).toBe(4);
    expect(await worker.producer.publishAll(events.slice(0, 3))).toHaveLength(3);
    const one = worker.producer.publish(NoteTaken, { topic: 'x'.repeat(11_000), number: 1 });
    await expect(one).rejects.toMatchObject({ option: 'producer.bufferBytes', isTooLarge: true });
  });
});
