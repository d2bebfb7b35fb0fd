import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetters, EventPayloadError, type EntryPage, type EntryPagesOptions } from 'nestjs-event-streams';
import { directMonitorOf } from 'nestjs-event-streams/internal';
import { shapeOf } from 'nestjs-event-streams/internal';
import { compactJson } from '../src/json/format.js';
import { lossesOf } from '../src/json/losses.js';
import { startWorker, type Worker } from './worker.js';

const LARGE = 1_000_000;

let redis: TestRedis;
let looking: Worker;
/** One who may look, and run no scripts. */
let viewer: Worker;
beforeAll(async () => {
  redis = await freshRedis();
  const may = ['+xinfo', '+xrange', '+xrevrange', '+xlen', '+xpending', '+hscan', '+scan', '+time', '+client|list'];
  const connects = ['+info', '+ping', '+client|setname', '+hello', '+select'];
  await redis.client.acl('SETUSER', 'viewer', 'on', '>secret', '%R~hostile:*', '-@all', ...may, ...connects);
  looking = await startWorker(redis.url, { prefix: 'hostile', group: null });
  viewer = await startWorker(redis.url.replace('//', '//viewer:secret@'), { prefix: 'hostile', group: null });
});
afterAll(async () => {
  await looking[Symbol.asyncDispose]();
  await viewer[Symbol.asyncDispose]();
  await redis.stop();
});

async function pagesOf({ monitor }: Worker, stream: string, options: EntryPagesOptions): Promise<EntryPage[]> {
  const pages: EntryPage[] = [];
  for await (const page of monitor.pages(stream, options)) pages.push(page);
  return pages;
}

/** What Redis has sent since this was asked for before, in bytes. */
async function sent(): Promise<number> {
  const stats = await redis.client.info('stats');
  await redis.client.config('RESETSTAT');
  return Number(/total_net_output_bytes:(\d+)/.exec(stats)?.[1]);
}

const event = (data: string): string[] => [
  ...['event_id', 'e-1', 'event_type', 'note_taken', 'timestamp', 't', 'version', '1.0', 'source', 's'],
  ...['data', data],
];

describe('reading entries of any size', () => {
  it('brings so many bytes at most, however many small ones came before', async () => {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 300; number += 1) pipeline.xadd('hostile:sudden', '*', 'n', 'x');
    for (let number = 0; number < 60; number += 1) pipeline.xadd('hostile:sudden', '*', 'data', 'x'.repeat(LARGE));
    await pipeline.exec();
    for (const order of ['oldest-first', 'newest-first'] as const) {
      const pages = await pagesOf(looking, 'sudden', { order });
      expect(pages.reduce((sum, { scanned }) => sum + scanned, 0)).toBe(360);
      expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThan(6 * LARGE);
    }
    const [found] = (
      await directMonitorOf(looking.monitor).survey({
        streams: [{ stream: 'sudden', info: true, entries: { count: 200 } }],
      })
    ).streams;
    expect(found).toMatchObject({ hasMore: true });
    expect(found?.entries?.length).toBeLessThan(10);
  });

  it.each(['whoever may run scripts', 'whoever may only look'])(
    'cuts a larger one than is asked for: %s',
    async (who) => {
      const worker = who.includes('scripts') ? looking : viewer;
      const stream = who.includes('scripts') ? 'cut' : 'cut-too';
      const others = Array.from({ length: 1000 }, (_, number) => [`o${String(number)}`, 'x'.repeat(1000)]).flat();
      const data = JSON.stringify({ text: 'ü€𝄞'.repeat(LARGE / 10) });
      const id = String(
        await redis.client.xadd(
          `hostile:${stream}`,
          '*',
          ...others,
          ...event(data),
          'correlation_id',
          'c'.repeat(LARGE),
        ),
      );
      const small = String(await redis.client.xadd(`hostile:${stream}`, '*', ...event('{"a":1}')));
      await sent();
      const [page] = await pagesOf(worker, stream, { wholeBytes: 8000 });
      const bytes = await sent();
      if (worker === looking) expect(bytes).toBeLessThan(20_000);
      const [entry, whole] = page?.entries ?? [];
      expect(whole).toEqual({
        id: small,
        event: expect.objectContaining({ data: { a: 1 } }) as unknown,
        fields: event('{"a":1}'),
      });
      expect(entry).toMatchObject({ id, event: { event_id: 'e-1', event_type: 'note_taken', source: 's', data: {} } });
      expect(entry?.cut).toEqual({
        bytes: page?.bytes === undefined ? 0 : page.bytes - event('{"a":1}').join('').length,
        values: 2014,
      });
      const place = entry?.fields.indexOf('data') ?? -1;
      const beginning = entry?.fields[place + 1] ?? '';
      // In characters, none of which is cut in two.
      expect(data.startsWith(beginning) && Buffer.byteLength(beginning) <= 1000 && beginning.length > 400).toBe(true);
      expect(entry?.fields.join('').length).toBeLessThan(5000);
      expect((await worker.monitor.entry(stream, id, { wholeBytes: 8000 }))?.fields).toEqual(entry?.fields);
      expect((await worker.monitor.entry(stream, id))?.fields).toHaveLength(2014);
      expect(await worker.monitor.entry(stream, '1-1')).toBeNull();
    },
  );

  it('asks of first, last and next entries no more than that', async () => {
    const add = (): Promise<string | null> =>
      redis.client.xadd('hostile:ends', '*', ...event(`"${'x'.repeat(5 * LARGE)}"`));
    await add();
    await add();
    for (const group of ['testers', '__proto__', 'constructor'])
      await redis.client.xgroup('CREATE', 'hostile:ends', group, '0');
    await sent();
    const groups = ['testers', '__proto__', 'constructor'];
    const nextOf = Object.fromEntries(groups.map((group) => [group, '0-0']));
    const { streams } = await directMonitorOf(looking.monitor).survey({
      wholeBytes: 8000,
      streams: [
        { stream: 'ends', info: true, nextOf, consumersOf: groups, pendingOf: groups, replaysOf: groups },
        { stream: 'cut' },
      ],
    });
    await looking.monitor.stream('ends', { wholeBytes: 8000 });
    expect(await sent()).toBeLessThan(50_000);
    expect(streams[0]?.info).toMatchObject({ length: 2, entriesAdded: 2, first: { cut: { values: 12 } } });
    for (const group of groups) expect(streams[0]?.next[group]).toBe(streams[0]?.info?.first?.id);
    expect(Object.keys(streams[0]?.consumers ?? {})).toEqual(groups);
    // What was not asked for is not there, whatever objects have by themselves.
    expect(streams[1]?.next['constructor']).toBeUndefined();
  });

  it('ends after the highest of all ids', async () => {
    const highest = '18446744073709551615-18446744073709551615';
    await redis.client.xadd('hostile:high', highest, ...event('{}'));
    const pages = await pagesOf(looking, 'high', { replyEntries: 1 });
    expect(pages.flatMap(({ entries }) => entries.map(({ id }) => id))).toEqual([highest]);
  });
});

describe('a dead letter that somebody wrote by hand', () => {
  it('is replayed when it says what it was, else refused; it is never lost', async () => {
    const deadLetters = looking.app.get(DeadLetters);
    const key = 'hostile:hand:dead-letters';
    const add = async (...fields: string[]): Promise<string> => String(await redis.client.xadd(key, '*', ...fields));
    const poor = await add('entry_id', '7-7', 'group', 'g', 'replays', 'many', 'entry.data', '{}');
    const high = await add('entry_id', '8-8', 'group', 'g', 'replays', '1e300', 'entry.data', '{}');
    const none = await add('any', 'thing');
    const wrong = await add('entry_id', 'x', 'group', 'g', 'entry.data', '{}');
    for (const id of [none, wrong]) await expect(deadLetters.replay('hand', id)).rejects.toThrow(EventPayloadError);
    expect(await deadLetters.replayAll('hand')).toBe(2);
    expect((await redis.client.xrange(key, '-', '+')).map(([id]) => id)).toEqual([none, wrong]);
    const replays = await redis.client
      .xrange('hostile:hand:g:replays', '-', '+')
      .then((found) => found.map(([, fields]) => fields));
    expect([poor, high]).toHaveLength(replays.length);
    for (const fields of replays)
      expect(fields.slice(2)).toEqual(
        expect.arrayContaining(['replay_stream', '', 'replay_handler', '-', 'replay_count', '1']),
      );
    expect(await deadLetters.discardAll('hand')).toBe(2);
  });

  it('stays when Redis does not take its replay', async () => {
    const deadLetters = looking.app.get(DeadLetters);
    await redis.client.xadd('hostile:full:g:replays', '18446744073709551615-18446744073709551615', 'any', 'thing');
    const fields = ['stream', 'hostile:full', 'entry_id', '7-7', 'group', 'g', 'handler', 'h', 'entry.data', '{}'];
    const id = String(await redis.client.xadd('hostile:full:dead-letters', '*', ...fields));
    await expect(deadLetters.replay('full', id)).rejects.toThrow();
    expect(await redis.client.xlen('hostile:full:dead-letters')).toBe(1);
    expect((await deadLetters.get('full', id)).entryId).toBe('7-7');
  });
});

describe('JSON of any shape', () => {
  it('is measured, and made compact, by looking at each character once', () => {
    const deep = '[ '.repeat(100_000) + '] '.repeat(100_000);
    expect(shapeOf(deep).depth).toBe(100_000);
    expect(shapeOf('{"a":[1,2,{"b":"}]{["}],"c\\"[":null}')).toEqual({ depth: 3, parts: 10 });
    expect(compactJson(deep)).toBe('['.repeat(100_000) + ']'.repeat(100_000));
    expect(compactJson('{ "a b" :\n[ 1 ,\t"c \\" d" ] }')).toBe('{"a b":[1,"c \\" d"]}');
    expect(compactJson('{"a":1}')).toBe('{"a":1}');
  });

  it('has paths that are no longer than anybody reads', () => {
    const name = 'n'.repeat(LARGE);
    const [loss] = lossesOf(`${`{"${name}":`.repeat(3)}99999999999999999999${'}'.repeat(3)}`);
    expect(loss?.path.length).toBeLessThan(1100);
  });
});
