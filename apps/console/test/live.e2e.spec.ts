import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from './console.js';
import { startWorker } from './worker.js';

/** What the console may ask each second of a prefix with one or two streams. */
const MAX_COMMANDS_A_SECOND = 25;

let redis: TestRedis;
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail' });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

/** Commands that the server has carried out, without those that look for them. */
async function commands(): Promise<number> {
  const stats = await redis.client.info('commandstats');
  const calls = [...stats.matchAll(/^cmdstat_(?!info)\S+:calls=(\d+)/gm)].map(([, count]) => Number(count));
  return calls.reduce((sum, count) => sum + count, 0);
}

describe('the live feed', () => {
  it('sends the overview each second, and new entries to clients that ask for them', async () => {
    await using worker = await startWorker(redis.url, 'mail');
    await worker.send('first');
    using feed = site.live('?tail=parcels');
    using other = site.live();
    expect(await feed.status).toBe(200);
    await eventually(
      'it has told twice',
      () => feed.messages.overview.length >= 2 && other.messages.overview.length >= 2,
    );
    expect(feed.messages.redis).toMatchObject([{ isUp: true }]);
    const id = await worker.send('ada');
    await eventually('the entry came', () =>
      feed.messages.entries.flatMap(({ entries }) => entries).some((entry) => entry.id === id),
    );
    const seen = feed.messages.entries.flatMap(({ entries }) => entries).filter((entry) => entry.id === id);
    expect(seen).toMatchObject([{ stream: 'parcels', partitionKey: 'ada', type: 'parcel_sent' }]);
    expect(other.messages.entries).toEqual([]);
  });

  it('says how many entries it left out', async () => {
    using feed = site.live('?tail=*');
    await eventually('it has told', () => feed.messages.overview.length > 0);
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 3000; number += 1) pipeline.xadd('mail:parcels', '*', 'number', String(number));
    await pipeline.exec();
    const count = () =>
      feed.messages.entries.reduce((sum, { entries, leftOut }) => sum + entries.length + (leftOut['parcels'] ?? 0), 0);
    await eventually('all are accounted for', () => count() >= 3000);
    for (const { entries } of feed.messages.entries) expect(entries.length).toBeLessThanOrEqual(100);
  });

  it('sends Redis the same number of commands for three clients as for one, and none without clients', async () => {
    const feeds = [site.live()];
    const told = () => feeds.map(({ messages }) => messages.overview.length);
    const costOf = async (looks: number): Promise<number> => {
      const [before, start] = [await commands(), told()[0] ?? 0];
      await eventually('it has looked', () => (told()[0] ?? 0) >= start + looks);
      return ((await commands()) - before) / ((told()[0] ?? 0) - start);
    };
    await eventually('it has begun', () => (told()[0] ?? 0) >= 3);
    expect(await costOf(3)).toBeLessThan(MAX_COMMANDS_A_SECOND);
    feeds.push(site.live(), site.live('?tail=*'));
    await eventually('all are told', () => told().every((count) => count > 0));
    expect(await costOf(3)).toBeLessThan(MAX_COMMANDS_A_SECOND);
    // They got the same, at the same time.
    const latest = feeds.map(({ messages }) => messages.overview.at(-1)?.atMs);
    expect(new Set(latest).size).toBeLessThanOrEqual(2);

    for (const feed of feeds) feed[Symbol.dispose]();
    // What was on its way when they closed may still come.
    let last = -1;
    await eventually('it has stopped asking', async () => {
      const before = last;
      last = await commands();
      return before === last;
    });
    // Other feeds of another console go on; so much time has passed that this one would have looked.
    await using otherRedis = await freshRedis();
    await using clock = await startConsole(otherRedis.url);
    using ticking = clock.live();
    await eventually('two looks would have been', () => ticking.messages.overview.length >= 3);
    expect(await commands()).toBe(last);
  });

  it('sends every new entry, even if other requests read Redis in between', async () => {
    using feed = site.live('?tail=*');
    await eventually('it has begun', () => feed.messages.overview.length >= 1);
    const sent: string[] = [];
    const told = () => feed.messages.entries.flatMap(({ entries }) => entries.map(({ id }) => id));
    for (let number = 0; number < 12; number += 1) {
      sent.push((await redis.client.xadd('mail:asked', '*', 'number', String(number))) ?? '');
      const before = feed.messages.overview.length;
      await eventually('a further look', async () => {
        await site.get('/api/streams');
        return feed.messages.overview.length > before;
      });
    }
    await eventually('each of them was told', () => sent.every((id) => told().includes(id)));
    expect(new Set(told()).size).toBe(told().length);
  });

  it('accepts a stream name of any length', async () => {
    const name = 'long-'.repeat(100);
    using feed = site.live(`?tail=${name}`);
    expect(await feed.status).toBe(200);
  });

  it('accepts fifty clients, and tells the next one that it is busy', async () => {
    const feeds = Array.from({ length: 50 }, () => site.live());
    expect(new Set(await Promise.all(feeds.map(({ status }) => status)))).toEqual(new Set([200]));
    expect((await site.ask('/api/live')).problem).toMatchObject({ statusCode: 503, code: 'busy' });
    for (const feed of feeds) feed[Symbol.dispose]();
    await eventually('there is room again', async () => {
      using again = site.live();
      return (await again.status) === 200;
    });
    expect((await site.ask('/api/live?tail=a:b')).problem).toMatchObject({ statusCode: 400 });
  });
});
