import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken, unrelatedNotes } from './notes.js';
import { startWorker } from './worker.js';

const EVENTS = 300;

describe('load balancing', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('shares the load among three consumers of one group, each event to one of them', async () => {
    const handled: { number: number; consumer: string }[] = [];
    const consumers = new Set<string>();
    // Nobody goes on before everybody has something: none can be through before the others have begun.
    const handler = noteHandler(async ({ data }, { consumer }) => {
      consumers.add(consumer);
      await eventually('all three have an event', () => consumers.size === 3);
      handled.push({ number: data.number, consumer });
    });
    const options = { prefix: 'shared', consumer: { batchSize: 10, readAhead: 20, concurrency: 4 } };
    await using one = await startWorker(redis.url, options, [handler]);
    await using two = await startWorker(redis.url, options, [handler]);
    await using three = await startWorker(redis.url, options, [handler]);
    const names = [one, two, three].map(({ consumer }) => consumer.name).sort();

    // One topic each: no event has to wait for another one.
    await one.producer.publishAll(unrelatedNotes(EVENTS));
    await eventually('everything is acknowledged', async () => {
      const [group] = await one.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0;
    });

    expect(handled.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: EVENTS }, (_, n) => n),
    );
    expect([...consumers].sort()).toEqual(names);
    const known = await one.monitor.consumers('notes', 'testers');
    expect(known.map(({ name }) => name).sort()).toEqual(names);
  });

  it('gives each event to every group', async () => {
    const seen: string[] = [];
    const handler = noteHandler((_, { group }) => seen.push(group));
    await using readers = await startWorker(redis.url, { prefix: 'groups', group: 'readers' }, [handler]);
    await using archive = await startWorker(redis.url, { prefix: 'groups', group: 'archive' }, [handler]);
    await archive.producer.publish(NoteTaken, { topic: 'both', number: 1 });
    await eventually('both groups have seen it', () => seen.length === 2);
    expect(seen.sort()).toEqual(['archive', 'readers']);
    expect((await readers.monitor.groups('notes')).map(({ name }) => name).sort()).toEqual(['archive', 'readers']);
  });
});
