import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { directMonitorOf } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { notes, unrelatedNotes } from './notes.js';
import { startWorker } from './worker.js';

describe('monitor', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('shows a stream, its groups, consumers, and what is pending', async () => {
    const gate = new Gate();
    const options = { prefix: 'shown', consumer: { readAhead: 2, batchSize: 2 } };
    await using worker = await startWorker(redis.url, options, [noteHandler(() => gate.pass())]);
    const { monitor, producer, consumer } = worker;
    // What waits behind others of its key would make room after a while.
    const ids = await producer.publishAll(unrelatedNotes(5));
    await redis.client.xadd('shown:notes:dead-letters', '*', 'any', 'thing');
    await eventually('two are read', () => consumer.inFlight === 2);

    const overview = await monitor.stream('notes');
    expect(overview).toMatchObject({ name: 'notes', key: 'shown:notes', exists: true, length: 5, deadLetters: 1 });
    expect(overview.first).toMatchObject({ id: ids[0], event: { event_type: 'note_taken', data: { number: 0 } } });
    expect(overview.last).toMatchObject({ id: ids[4], event: { data: { number: 4 } } });
    expect(overview.groups).toMatchObject([
      { name: 'testers', consumers: 1, pending: 2, lastDeliveredId: ids[1], lag: 3 },
    ]);
    expect(await monitor.groups('notes')).toMatchObject(overview.groups.map(({ name, lag }) => ({ name, lag })));
    // How long the first entry has waited that was not delivered: it grows.
    const lagMs = overview.groups[0]?.lagMs ?? NaN;
    await eventually('it has waited longer', async () => ((await monitor.groups('notes'))[0]?.lagMs ?? 0) > lagMs);
    expect(await monitor.consumers('notes', 'testers')).toMatchObject([{ name: consumer.name, pending: 2 }]);
    expect(await monitor.pending('notes', 'testers')).toEqual({
      count: 2,
      first: ids[0],
      last: ids[1],
      byConsumer: { [consumer.name]: 2 },
    });

    gate.open();
    await eventually('all are handled', async () => {
      const [group] = await monitor.groups('notes');
      return group?.lag === 0 && group.lagMs === 0 && group.pending === 0;
    });
    expect(await monitor.pending('notes', 'testers')).toEqual({ count: 0, first: null, last: null, byConsumer: {} });
  });

  it('tells how many events come in a second, from the second look on', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'rate' });
    await worker.producer.publishAll(notes('a', 10));
    expect((await worker.monitor.stream('notes')).ratePerSecond).toBeNull();
    const started = performance.now();
    await worker.producer.publishAll(notes('a', 30));
    const rate = (await worker.monitor.stream('notes')).ratePerSecond ?? NaN;
    // Thirty in the time between the looks, which is at least the time between the calls.
    expect(rate).toBeGreaterThan(0);
    expect(rate * (performance.now() - started)).toBeGreaterThan(0);
    expect((await worker.monitor.stream('notes')).ratePerSecond).toBe(0);
    await redis.client.del('rate:notes');
    expect((await worker.monitor.stream('notes')).ratePerSecond).toBeNull();
  });

  it('shows what is not there as such', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'nothing' });
    const { monitor } = worker;
    expect(await monitor.stream('notes')).toEqual({
      name: 'notes',
      key: 'nothing:notes',
      exists: false,
      length: 0,
      first: null,
      last: null,
      deadLetters: 0,
      ratePerSecond: null,
      groups: [],
    });
    expect(await monitor.consumers('notes', 'testers')).toEqual([]);
    expect(await monitor.pending('notes', 'testers')).toMatchObject({ count: 0 });
    expect(await monitor.entries('notes')).toEqual([]);
    expect(await redis.client.exists('nothing:notes')).toBe(0);
  });

  it('says that it does not know a lag that Redis does not know', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'unknown' });
    const ids = await worker.producer.publishAll(notes('a', 5));
    await redis.client.xgroup('CREATE', 'unknown:notes', 'middle', ids[2] ?? '');
    const [group] = await worker.monitor.groups('notes');
    expect(group).toMatchObject({ name: 'middle', lag: null });
    expect(group?.lagMs).toBeGreaterThanOrEqual(0);
  });

  it('reads entries in ranges, also those that are no envelopes, and changes nothing', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'ranges' });
    const { monitor } = worker;
    const ids = await worker.producer.publishAll(notes('a', 3));
    const odd = await redis.client.xadd('ranges:notes', '*', 'no', 'envelope');
    expect((await monitor.entries('notes', { count: 2 })).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(
      (await monitor.entries('notes', { from: `(${ids[1] ?? ''}`, to: ids[2] ?? '' })).map(({ id }) => id),
    ).toEqual([ids[2]]);
    expect((await monitor.entries('notes')).at(-1)).toEqual({ id: odd, event: null, fields: ['no', 'envelope'] });
    expect((await monitor.stream('notes')).last).toMatchObject({ id: odd, event: null });
    expect(await redis.client.xinfo('GROUPS', 'ranges:notes')).toEqual([]);
  });

  it('finds the streams, without what belongs to them', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'found' });
    await worker.producer.publishAll(notes('a', 1));
    await redis.client.xadd('found:files', '*', 'any', 'thing');
    await redis.client.xadd('found:notes:dead-letters', '*', 'any', 'thing');
    await redis.client.xadd('foundation:notes', '*', 'any', 'thing');
    await redis.client.set('found:text', 'no stream');
    expect(await worker.monitor.streams()).toEqual(['files', 'notes']);
  });

  it('reads the latest entries backwards, page by page', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'backwards' });
    const ids = await worker.producer.publishAll(notes('a', 5));
    const first = await worker.monitor.latest('notes', { count: 2 });
    expect(first.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
    const second = await worker.monitor.latest('notes', { count: 2, to: `(${first[1]?.id ?? ''}` });
    expect(second.map(({ event }) => event?.data['number'])).toEqual([2, 1]);
  });

  it('waits for entries after a position, of no group', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'after', group: null });
    const { monitor, producer } = worker;
    const [first = ''] = await producer.publishAll(notes('a', 1));
    const positions = new Map([
      ['notes', first],
      ['files', '0-0'],
    ]);
    expect(await directMonitorOf(monitor).after(positions, { count: 10 })).toEqual(
      new Map([
        ['notes', []],
        ['files', []],
      ]),
    );
    await using watcher = await startWorker(redis.url, { prefix: 'after', group: null });
    const coming = directMonitorOf(watcher.monitor).after(positions, {
      count: 10,
      wait: { blockMs: 1900, timeoutMs: 10_000 },
    });
    const [second] = await producer.publishAll(notes('a', 1));
    expect((await coming).get('notes')).toMatchObject([{ id: second, event: { event_type: 'note_taken' } }]);
  });
});
