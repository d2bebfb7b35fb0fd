import { Logger } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { EventsModuleOptions } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

interface Reader extends Worker {
  seen: number[];
  log: string;
}

describe('a group that is new on a stream', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** A worker that notes the numbers of the notes that it is given, and what it has logged at its start. */
  async function reader(options: Partial<EventsModuleOptions>): Promise<Reader> {
    const seen: number[] = [];
    const lines: string[] = [];
    const collect = (message: unknown): number => lines.push(String(message));
    const handler = noteHandler(({ data }) => seen.push(data.number));
    const starting = startWorker(redis.url, options, [handler]);
    // Nest chooses its logger when the application is made, in the same turn.
    Logger.overrideLogger({ log: collect, warn: collect, error: collect });
    const worker = await starting;
    return { ...worker, seen, log: lines.join('\n'), [Symbol.asyncDispose]: () => worker.stop() };
  }

  /** Publishes notes with the numbers 0 to `count - 1` before any group is there. @returns their entry ids */
  async function history(prefix: string, count: number, partitions = 1): Promise<string[]> {
    await using publisher = await startWorker(redis.url, { prefix, partitions, group: null });
    return await publisher.producer.publishAll(
      Array.from({ length: count }, (_, number) => ({
        event: NoteTaken,
        data: { topic: `t${String(number)}`, number },
      })),
    );
  }

  const publish = (worker: Worker, number: number, topic = 'later') =>
    worker.producer.publish(NoteTaken, { topic, number });

  it('is given all history, and the log says how much that is', async () => {
    await history('all', 5);
    await using worker = await reader({ prefix: 'all' });
    const { seen, log } = worker;
    await eventually('all is handled', () => seen.length === 5);
    expect(log).toContain('testers is a new group of all:notes, which has 5 entries: it starts with the first of them');
    await worker.stop();
    await using second = await reader({ prefix: 'all', startFrom: 'now' });
    expect(second.log).not.toContain('new group');
  });

  it('with startFrom "now" is given only what comes after, whichever worker is first', async () => {
    await history('now', 5);
    const readers = await Promise.all([1, 2, 3].map(() => reader({ prefix: 'now', startFrom: 'now' })));
    expect(readers.map(({ log }) => log).join('\n')).toContain(
      'testers is a new group of now:notes, which has 5 entries: it starts with what comes after them (option startFrom)',
    );
    const [first] = readers;
    if (!first) throw new Error('no reader');
    await publish(first, 100);
    const seen = (): number[] => readers.flatMap((one) => one.seen);
    await eventually('the new one is handled', () => seen().length > 0);
    expect(seen()).toEqual([100]);
    await Promise.all(readers.map((one) => one.stop()));
    // What was published while nobody ran is not lost: the group goes on where it was.
    await history('now', 2);
    await using next = await reader({ prefix: 'now', startFrom: 'now' });
    await eventually('both are handled', () => next.seen.length === 2);
  });

  it('starts with the entry of an id, or with the first that is not before a time', async () => {
    const ids = await history('ids', 3);
    const byId = await reader({ prefix: 'ids', group: 'by-id', startFrom: String(ids[1]) });
    await eventually('two are handled', () => byId.seen.length === 2);
    expect(byId.seen).toEqual([1, 2]);
    await byId.stop();
    const since = new Date(Number(ids[0]?.split('-')[0]));
    await using byTime = await reader({ prefix: 'ids', group: 'by-time', startFrom: since });
    await eventually('three are handled', () => byTime.seen.length === 3);
    expect(byTime.log).toContain(`it starts with the first that is not before ${since.toISOString()}`);
  });

  it('of a stream with partitions starts at one moment in all of them', async () => {
    await history('parts', 20, 4);
    const options = { prefix: 'parts', partitions: 4, startFrom: 'now' } as const;
    await using worker = await reader(options);
    const { seen, log } = worker;
    expect(log).toContain('which has 20 entries: it starts with what comes after them');
    // At once: most partitions are nobody's yet, and their groups are not made.
    await worker.producer.publishAll(
      Array.from({ length: 12 }, (__, index) => ({
        event: NoteTaken,
        data: { topic: `new${String(index)}`, number: 100 + index },
      })),
    );
    await eventually('the new ones are handled', () => seen.length === 12);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (__, index) => 100 + index));
  });

  it('that was destroyed begins again where it had begun', async () => {
    await history('destroyed', 5);
    await using worker = await reader({ prefix: 'destroyed', startFrom: 'now' });
    const { seen } = worker;
    await publish(worker, 100);
    await eventually('it is handled', () => seen.length === 1);
    await redis.client.xgroup('DESTROY', 'destroyed:notes', 'testers');
    await publish(worker, 101);
    await eventually('the new one is handled', () => seen.includes(101));
    expect(seen).toEqual([100, 100, 101]);
  });

  it('whose stream is a new one begins at its beginning, whatever its ids are', async () => {
    await history('replaced', 5);
    await using worker = await reader({ prefix: 'replaced', startFrom: 'now' });
    const { seen } = worker;
    await publish(worker, 100);
    await eventually('it is handled', () => seen.length === 1);
    const fields = (await redis.client.xrange('replaced:notes', '-', '+', 'COUNT', 1))[0]?.[1] ?? [];
    // As with a clock that was set back: all ids are before those of the old stream.
    await redis.client
      .multi()
      .del('replaced:notes')
      .xadd('replaced:notes', '5-0', ...fields)
      .exec();
    await eventually('the first of the new stream is handled', () => seen.length === 2);
    expect(seen).toEqual([100, 0]);
  });
});
