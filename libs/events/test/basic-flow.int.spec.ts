import { Injectable } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { EventHandler, EventValidationError, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

@Injectable()
class Reader {
  readonly seen: { event: EventEnvelope<NoteTaken>; delivery: Delivery }[] = [];

  @EventHandler(NoteTaken)
  onNote(event: EventEnvelope<NoteTaken>, delivery: Delivery): void {
    this.seen.push({ event, delivery });
  }
}

@Injectable()
class Archive {
  readonly numbers: number[] = [];

  @EventHandler(NoteFiled)
  onFiled({ data }: EventEnvelope<NoteFiled>): void {
    this.numbers.push(data.number);
  }
}

describe('basic flow', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('carries an event from publish to acknowledgement', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'flow' }, [Reader]);
    const id = await worker.producer.publish(
      NoteTaken,
      { topic: 'streams', number: 1, author: { name: 'Zoë' } },
      { correlationId: 'correlation-1' },
    );

    const { seen } = worker.app.get(Reader);
    await eventually('the handler has run', () => seen.length === 1);
    const { event, delivery } = seen[0] ?? expect.fail();
    expect(event).toMatchObject({
      event_type: 'note_taken',
      version: '1.0',
      source: 'tester',
      correlation_id: 'correlation-1',
      partition_key: 'streams',
      data: { topic: 'streams', number: 1, author: { name: 'Zoë' } },
    });
    expect(event.event_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Date(event.timestamp).toISOString()).toBe(event.timestamp);
    expect(event.data).toBeInstanceOf(NoteTaken);
    expect(delivery).toMatchObject({
      id,
      stream: 'flow:notes',
      group: 'testers',
      attempt: 1,
      handler: 'Reader.onNote',
    });

    await eventually('it is acknowledged', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
    expect(await redis.client.xlen('flow:notes')).toBe(1);
  });

  it('publishes many in one round trip, in their order', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'many' });
    await worker.producer.publish(NoteTaken, { topic: 'warm', number: 0 });
    const calls = async () =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);
    const before = await calls();
    const ids = await worker.producer.publishAll(notes('order', 50));
    expect((await calls()) - before).toBe(1);
    const entries = await worker.monitor.entries('notes', { from: ids[0] ?? '-' });
    expect(entries.map(({ id }) => id)).toEqual(ids);
    expect(entries.map(({ event }) => event?.data['number'])).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('refuses a payload that is not valid, names every problem, and publishes nothing', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'invalid' });
    const wrong = { topic: '', number: -1, author: { name: '' } };
    const failure = worker.producer.publish(NoteTaken, wrong);
    await expect(failure).rejects.toThrow(EventValidationError);
    const { problems } = (await failure.catch(
      (error: unknown) => error as EventValidationError,
    )) as EventValidationError;
    expect(problems.map(({ path }) => path).sort()).toEqual(['author.name', 'number', 'topic']);

    await expect(worker.producer.publishAll([...notes('fine', 2), { event: NoteTaken, data: wrong }])).rejects.toThrow(
      /number must not be less than 0/,
    );
    expect(await redis.client.exists('invalid:notes')).toBe(0);
  });

  it('handles what was published before the group existed', async () => {
    await using early = await startWorker(redis.url, { prefix: 'early' });
    await early.producer.publishAll(notes('past', 3));
    await using late = await startWorker(redis.url, { prefix: 'early' }, [Reader]);
    await eventually('all three are handled', () => late.app.get(Reader).seen.length === 3);
  });

  it('reads every stream that its handlers name, and gives each handler its own events', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'streams' }, [Reader, Archive]);
    await worker.producer.publishAll([...notes('a', 2), { event: NoteFiled, data: { topic: 'a', number: 7 } }]);
    const [reader, archive] = [worker.app.get(Reader), worker.app.get(Archive)];
    await eventually('all three are handled', () => reader.seen.length === 2 && archive.numbers.length === 1);
    expect(reader.seen.map(({ event }) => event.event_type)).toEqual(['note_taken', 'note_taken']);
    expect(archive.numbers).toEqual([7]);
    expect([...worker.consumer.streams].sort()).toEqual(['files', 'notes']);
  });
});
