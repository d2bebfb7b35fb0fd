import { isDeepStrictEqual } from 'node:util';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { IsString } from 'class-validator';
import { ConfigurationError, DomainEvent, EventPayloadError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readEntries } from './entries.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { callsOf } from './redis-state.js';
import { startWorker } from './worker.js';

class Undecorated {
  @IsString()
  text = '';
}

@DomainEvent({ type: 'thing_happened', version: '1.0', stream: 'things' })
class ThingHappened {
  @IsString()
  text!: string;
}

const note = { topic: 'a', number: 1 };

describe('producer', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('publishes what has the same idempotency key once, from two producers and in one batch', async () => {
    await using one = await startWorker(redis.url, { prefix: 'once', source: 'one' });
    await using two = await startWorker(redis.url, { prefix: 'once', source: 'two' });
    const options = { idempotencyKey: 'order 7' };
    const first = await one.producer.publish(NoteTaken, note, options);
    const repeats = await Promise.all([
      two.producer.publish(NoteTaken, note, options),
      one.producer.publish(NoteTaken, { ...note, number: 2 }, options),
      two.producer.publishAll([1, 2].map(() => ({ event: NoteTaken, data: note, options }))),
    ]);
    expect(repeats.flat()).toEqual([first, first, first, first]);
    const racing = [one, two, one, two].map(({ producer }) =>
      producer.publish(NoteTaken, note, { idempotencyKey: 'order 8' }),
    );
    expect(new Set(await Promise.all(racing)).size).toBe(1);
    // On another stream it is another event.
    expect(await one.producer.publish(NoteFiled, note, options)).not.toBe(first);
    expect(await redis.client.xlen('once:notes')).toBe(2);
    expect(await redis.client.pttl('once:notes:published:order 7')).toBeGreaterThan(80_000_000);
  });

  it('refuses only the calls of a batch whose stream is none', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'some', group: null });
    await redis.client.set('some:files', 'not a stream');
    const file = () => worker.producer.publish(NoteFiled, note);
    const results = await Promise.allSettled([worker.producer.publish(NoteTaken, note), file(), file()]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await redis.client.xlen('some:notes')).toBe(1);
  });

  it('publishes all events of a call or none', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'all' });
    await redis.client.set('all:files', 'not a stream');
    const mixed = [...notes('a', 3), { event: NoteFiled, data: { topic: 'a', number: 1 } }, ...notes('b', 3)];
    await expect(worker.producer.publishAll(mixed)).rejects.toThrow('WRONGTYPE all:files holds a string, not a stream');
    await expect(worker.producer.publishAll(mixed.toReversed().slice(3))).rejects.toThrow('WRONGTYPE all:files');
    expect(await redis.client.exists('all:notes')).toBe(0);

    await redis.client.del('all:files');
    const ids = await worker.producer.publishAll(mixed);
    expect(ids).toHaveLength(7);
    expect([await redis.client.xlen('all:notes'), await redis.client.xlen('all:files')]).toEqual([6, 1]);
    expect(await worker.producer.publishAll([])).toEqual([]);
  });

  it('refuses a stream of another type without trying again, and goes on', async () => {
    await redis.client.set('wrong:notes', 'not a stream');
    await using worker = await startWorker(redis.url, { prefix: 'wrong' });
    const publishing = worker.producer.publish(NoteTaken, note);
    await expect(publishing).rejects.toThrow('WRONGTYPE wrong:notes holds a string, not a stream');
    expect(await redis.client.get('wrong:notes')).toBe('not a stream');
    await worker.producer.publish(NoteFiled, note);
  });

  it('does not let one wrong event of many callers keep the others from being published', async () => {
    await redis.client.set('callers:files', 'not a stream');
    await using worker = await startWorker(redis.url, { prefix: 'callers' });
    const results = await Promise.allSettled([
      worker.producer.publish(NoteTaken, note),
      worker.producer.publish(NoteFiled, note),
      worker.producer.publish(NoteTaken, { ...note, number: 2 }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await redis.client.xlen('callers:notes')).toBe(2);
  });

  it('publishes more than one round trip takes, in their order', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'many' });
    const ids = await worker.producer.publishAll(notes('a', 350));
    const entries = await readEntries(redis.client, 'many:notes');
    expect(entries.map(({ data = '' }) => (JSON.parse(data) as NoteTaken).number)).toEqual(
      notes('a', 350).map(({ data }) => data.number),
    );
    expect(new Set(ids).size).toBe(350);
  });

  it('remembers as little as its last batches', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'memory' });
    for (let batch = 0; batch < 150; batch += 1)
      await worker.producer.publish(NoteTaken, { topic: 'a', number: batch });
    const keys = await redis.client.keys('memory:producers:*');
    expect(keys).toHaveLength(1);
    expect(await redis.client.hlen(keys[0] ?? '')).toBeLessThanOrEqual(65);
    expect(await redis.client.pttl(keys[0] ?? '')).toBeGreaterThan(0);
  });

  it('is remembered for at least fifty minutes, whatever became of the memory', async () => {
    const clock = vi.spyOn(performance, 'now');
    onTestFinished(() => { clock.mockRestore(); }); // prettier-ignore
    await using worker = await startWorker(redis.url, { prefix: 'hour', group: null });
    const publish = () => worker.producer.publish(NoteTaken, note);
    await publish();
    const [key = ''] = await redis.client.keys('hour:producers:*');
    const left = async () => Math.round((await redis.client.pttl(key)) / 60_000);
    expect(await left()).toBe(60);
    await redis.client.pexpire(key, 51 * 60_000);
    await publish();
    expect(await left()).toBe(51);
    const now = performance.now() + 11 * 60_000;
    clock.mockReturnValue(now);
    await publish();
    expect(await left()).toBe(60);
    await redis.client.del(key);
    await publish();
    expect(await left()).toBe(60);
  });

  it('carries what the caller says, and leaves out what nobody said', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'fields' });
    const eventId = crypto.randomUUID();
    const timestamp = new Date('2026-11-23T12:00:00.123Z');
    await worker.producer.publish(
      ThingHappened,
      { text: 'a' },
      { eventId, timestamp, causationId: 'c', tracestate: 'x=1' },
    );
    expect(await readEntries(redis.client, 'fields:things')).toEqual([
      {
        event_id: eventId,
        event_type: 'thing_happened',
        timestamp: '2026-11-23T12:00:00.123Z',
        version: '1.0',
        source: 'tester',
        data: '{"text":"a"}',
        causation_id: 'c',
        tracestate: 'x=1',
      },
    ]);
  });

  it('refuses a class without @DomainEvent', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'undecorated' });
    const publishing = worker.producer.publish(Undecorated, { text: 'a' });
    await expect(publishing).rejects.toThrow(ConfigurationError);
    await expect(publishing).rejects.toThrow('Expected a class with @DomainEvent, got Undecorated');
  });

  it('publishes payloads of a megabyte, odd keys and all of Unicode', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'odd', producer: { maxBytes: 16 * 2 ** 20 } });
    const topic = '😀\u0000\n\u001b[31m<script>'.repeat(50_000);
    const data = { topic, number: 1, __: 'a', '': 'b', 'a.b c\n': 'c' } as unknown as NoteTaken;
    await worker.producer.publish(NoteTaken, data);
    const [entry] = await readEntries(redis.client, 'odd:notes');
    expect(isDeepStrictEqual(JSON.parse(entry?.['data'] ?? ''), data)).toBe(true);
    await eventually('it is handled', () => worker.observations.length > 0 || worker.consumer.inFlight === 0);
    expect(await redis.client.exists('odd:notes:dead-letters')).toBe(0);
  });

  it('refuses what JSON cannot carry, what is too large, too deep, or would change prototypes, and names the field', async () => {
    await using worker = await startWorker(redis.url, {
      prefix: 'refused',
      group: null,
      producer: { maxBytes: 2 ** 20 },
    });
    const large = { topic: 'x'.repeat(2 ** 20), number: 1 };
    const deep = JSON.parse(`{"topic":"a","number":1,"more":${'['.repeat(5000)}${']'.repeat(5000)}}`) as NoteTaken;
    const polluting = JSON.parse('{"topic":"a","number":1,"__proto__":{"polluted":true}}') as NoteTaken;
    const wrong: [NoteTaken, string][] = [
      [large, ''],
      [deep, `more${'.0'.repeat(99)}`],
      [polluting, '__proto__'],
      [{ ...note, author: new Map() } as unknown as NoteTaken, 'author'],
    ];
    for (const [data, path] of wrong) {
      const publishing = worker.producer.publishAll([
        { event: NoteTaken, data: note },
        { event: NoteTaken, data },
      ]);
      await expect(publishing).rejects.toThrow(EventPayloadError);
      await expect(publishing).rejects.toMatchObject({ path, eventType: 'note_taken' });
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await redis.client.exists('refused:notes')).toBe(0);
  });

  it('sends large events in calls of a bounded size', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'heavy', group: null });
    await worker.producer.publish(NoteTaken, note);
    const before = await callsOf(redis.client, 'evalsha');
    const heavy = notes('x'.repeat(300_000), 10);
    expect(await worker.producer.publishAll(heavy)).toHaveLength(10);
    await Promise.all(heavy.map(({ event, data }) => worker.producer.publish(event, data)));
    // Three of them make a call of a megabyte, both times.
    expect((await callsOf(redis.client, 'evalsha')) - before).toBe(8);
  });

  it('publishes what still waits before the application has stopped', async () => {
    const worker = await startWorker(redis.url, { prefix: 'last' });
    const publishing = Promise.all(notes('a', 300).map(({ event, data }) => worker.producer.publish(event, data)));
    await worker.stop();
    expect(await publishing).toHaveLength(300);
    expect(await redis.client.xlen('last:notes')).toBe(300);
    await expect(worker.producer.publish(NoteTaken, note)).rejects.toThrow();
  });
});
