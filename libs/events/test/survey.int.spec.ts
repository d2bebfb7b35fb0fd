import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { directMonitorOf } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { notes, NoteTaken, unrelatedNotes } from './notes.js';
import { startWorker } from './worker.js';

describe('a survey', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('has all that was asked for, and what is not there as such', async () => {
    const gate = new Gate();
    const options = { prefix: 'seen', consumer: { readAhead: 2, batchSize: 2 } };
    await using worker = await startWorker(redis.url, options, [noteHandler(() => gate.pass())]);
    // What waits behind others of its key would make room after a while.
    const ids = await worker.producer.publishAll(unrelatedNotes(5));
    await redis.client.xadd('seen:notes:dead-letters', '*', 'group', 'testers');
    await eventually('two are read', () => worker.consumer.inFlight === 2);

    const ask = ['testers'];
    const survey = await directMonitorOf(worker.monitor).survey({
      clock: true,
      workers: true,
      streams: [
        {
          stream: 'notes',
          info: true,
          entries: { after: ids[1] ?? '', count: 2 },
          deadLetters: true,
          consumersOf: ask,
          pendingOf: ask,
          replaysOf: ask,
          nextOf: { testers: ids[1] ?? '' },
        },
        { stream: 'nothing', info: true, entries: { count: 1 }, consumersOf: ask, pendingOf: ask },
      ],
    });
    expect(survey.nowMs).toBeGreaterThan(Date.now() - 60_000);
    expect(survey.workers).toMatchObject([{ consumer: worker.consumer.name, source: 'tester' }]);
    const [stream, nothing] = survey.streams;
    expect(stream).toMatchObject({
      stream: 'notes',
      groups: [{ name: 'testers', pending: 2, lag: 3, entriesRead: 2 }],
      info: { length: 5, entriesAdded: 5 },
      deadLetters: 1,
      consumers: { testers: [{ name: worker.consumer.name, pending: 2 }] },
      pending: { testers: { count: 2, first: ids[0] } },
      replays: { testers: 0 },
      next: { testers: ids[2] },
    });
    expect(stream?.entries?.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
    expect(nothing).toMatchObject({ groups: [], info: null, entries: [], consumers: { testers: [] } });
    expect(nothing?.pending).toEqual({ testers: { count: 0, first: null, last: null, byConsumer: {} } });
    gate.open();
  });

  it('sees a worker go as soon as its connection closes, and says when it may not look', async () => {
    const survey = { streams: [], workers: true };
    await using looker = await startWorker(redis.url, { prefix: 'gone', group: null });
    const worker = await startWorker(redis.url, { prefix: 'gone' }, [noteHandler(() => undefined)]);
    const sees = async () =>
      (await directMonitorOf(looker.monitor).survey(survey)).workers?.some(
        ({ consumer }) => consumer === worker.consumer.name,
      );
    await eventually('it is there', sees);
    await worker.stop();
    await eventually('it is gone', async () => (await sees()) === false);

    await redis.client.acl('SETUSER', 'blind', 'on', '>secret', '~*', '+@all', '-client|list');
    await using blind = await startWorker(redis.url.replace('//', '//blind:secret@'), { prefix: 'gone', group: null });
    expect(await directMonitorOf(blind.monitor).survey(survey)).toEqual({ streams: [], workers: null });
    expect(blind.observations).toEqual([]);
  });

  it('needs no more than a user who may only look', async () => {
    const may = ['+xinfo', '+xrange', '+xrevrange', '+xlen', '+xpending', '+hscan', '+scan', '+time', '+client|list'];
    const connects = ['+info', '+ping', '+client|setname', '+hello', '+select'];
    await redis.client.acl('SETUSER', 'viewer', 'on', '>secret', '%R~watched:*', '-@all', ...may, ...connects);
    await using worker = await startWorker(redis.url, { prefix: 'watched' }, [noteHandler(() => undefined)]);
    const [id = ''] = await worker.producer.publishAll(notes('a', 1));
    await using viewer = await startWorker(redis.url.replace('//', '//viewer:secret@'), {
      prefix: 'watched',
      group: null,
      producer: { timeoutMs: 200 },
    });
    const { monitor } = viewer;
    const stream = { stream: 'notes', info: true, deadLetters: true, consumersOf: ['testers'], pendingOf: ['testers'] };
    const survey = await directMonitorOf(monitor).survey({ clock: true, workers: true, streams: [stream] });
    expect(survey.streams[0]?.info?.length).toBe(1);
    expect((await monitor.find()).names).toEqual(['notes']);
    expect((await monitor.latest('notes')).map((entry) => entry.id)).toEqual([id]);
    expect((await monitor.deliveries('notes', [id])).get(id)).toHaveLength(1);
    await expect(viewer.producer.publishAll(notes('a', 1))).rejects.toThrow();
  });
});

describe('the search for streams', () => {
  it('finds those of the prefix alone, step by step', async () => {
    await using redis = await freshRedis();
    await using worker = await startWorker(redis.url, { prefix: 'few', group: null });
    for (const key of ['few:notes', 'few:files', 'few:notes:dead-letters', 'fewer:notes', 'few:g:x:replays'])
      await redis.client.xadd(key, '*', 'any', 'thing');
    await redis.client.set('few:text', 'no stream');
    const names = new Set<string>();
    let cursor: string | null = '0';
    do {
      const step = await worker.monitor.find(cursor);
      for (const name of step.names) names.add(name);
      cursor = step.next;
    } while (cursor !== null);
    expect([...names].sort()).toEqual(['files', 'notes']);
  });
});

describe('what became of an entry', () => {
  it('is told by group: waiting, pending with its failed attempts, settled', async () => {
    await using redis = await freshRedis();
    const gate = new Gate();
    const handler = noteHandler(
      async ({ data }) => {
        if (data.number === 1) throw new Error('not this one');
        if (data.number === 2) await gate.pass();
      },
      { retry: { attempts: 50, firstDelayMs: 60_000, maxDelayMs: 60_000 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'told' }, [handler]);
    const { monitor, producer, consumer } = worker;
    const ids: string[] = [];
    for (let number = 0; number < 3; number += 1)
      ids.push(await producer.publish(NoteTaken, { topic: `t${String(number)}`, number }));
    await redis.client.xgroup('CREATE', 'told:notes', 'late', '0');
    await eventually('the first is settled and the second has failed', async () => {
      const { count } = await monitor.pending('notes', 'testers');
      return count === 2 && (await redis.client.hlen('told:notes:testers:deliveries')) > 0;
    });
    const found = await monitor.deliveries('notes', ids);
    const [settled, failed, running] = ids.map((id) => found.get(id)?.find(({ group }) => group === 'testers'));
    expect(settled).toMatchObject({ state: 'settled', consumer: null });
    expect(failed).toMatchObject({ state: 'pending', consumer: consumer.name, deliveries: 1 });
    expect(failed?.handlers).toMatchObject([{ isDone: false, failures: 1, crashes: 0 }]);
    expect(running).toMatchObject({ state: 'pending', handlers: [] });
    for (const id of ids)
      expect(found.get(id)?.find(({ group }) => group === 'late')).toMatchObject({ state: 'waiting' });
    gate.open();
  });
});
