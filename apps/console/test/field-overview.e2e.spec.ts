import { setTimeout } from 'node:timers/promises';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../src/contract/overview.js';
import type { EntryDetail, StreamDetail, StreamList } from '../src/contract/streams.js';
import { startConsole } from './console.js';
import { startWorker } from './worker.js';

/** More than have their turn in one look. */
const STREAMS = 260;

let redis: TestRedis;
beforeAll(async () => {
  redis = await freshRedis();
});
afterAll(() => redis.stop());

describe('hundreds of streams', () => {
  it('all have a rate', async () => {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < STREAMS; number += 1) {
      pipeline.xadd(`many:s${String(number)}`, '*', 'a', 'b');
      pipeline.xgroup('CREATE', `many:s${String(number)}`, 'g', '0');
    }
    await pipeline.exec();
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'many' });
    using feed = site.live();
    const point = await eventually('all rates are known', () => {
      const latest = feed.messages.overview.at(-1)?.point;
      const rates = Object.values(latest?.published ?? {});
      return rates.length === STREAMS && rates.every((rate) => rate !== null) && latest;
    });
    expect(point.handled).toEqual({ g: 0 });
    expect(feed.messages.overview.at(-1)?.totals.publishedPerSecond).toBe(0);
  });
});

describe('a new stream', () => {
  it('is found within five looks, however many other keys there are', async () => {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 30_000; number += 1) pipeline.set(`other:${String(number)}`, '');
    await pipeline.exec();
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'fresh' });
    using feed = site.live();
    await eventually('all keys were looked at', async () => (await site.get<StreamList>('/api/streams')).complete);
    await redis.client.xadd('fresh:parcels', '*', 'a', 'b');
    const before = feed.messages.overview.length;
    await eventually('it is seen', () =>
      feed.messages.overview.at(-1)?.topology.nodes.some(({ id }) => id === 'stream:parcels'),
    );
    expect(feed.messages.overview.length - before).toBeLessThanOrEqual(5);
  });
});

describe('an event that no worker handles', () => {
  it('is shown as waiting for a handler in the overview, in its group and with its entry', async () => {
    await using worker = await startWorker(redis.url, 'newer', () => undefined);
    await worker.send('a');
    const id = await redis.client.xadd('newer:parcels', '*', 'event_id', crypto.randomUUID(), 'event_type', 'parcel_sent', 'timestamp', new Date().toISOString(), 'version', '2.0', 'source', 'post', 'data', '{}'); // prettier-ignore
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'newer' });
    const found = await eventually('it is in the overview', async () =>
      (await site.get<Overview>('/api/overview')).findings.find((one) => one.id.startsWith('waiting:')),
    );
    expect(found.title).toBe('1 event of parcels waits for a worker of receivers that handles parcel_sent 2');
    const { groupDetails } = await site.get<StreamDetail>('/api/streams/parcels');
    expect(groupDetails[0]?.consumerDetails).toContainEqual(
      expect.objectContaining({ name: 'waiting for parcel_sent 2', state: 'waiting', pending: 1 }),
    );
    const { deliveries } = await site.get<EntryDetail>(`/api/streams/parcels/entries/${String(id)}`);
    expect(deliveries).toMatchObject([{ state: 'pending', consumer: 'waiting for parcel_sent 2' }]);
  });
});

describe('the first overviews', () => {
  it('have no rate before enough time has passed to measure one', async () => {
    await using worker = await startWorker(redis.url, 'first', () => undefined);
    const publishing = new AbortController();
    const published = (async () => {
      while (!publishing.signal.aborted) {
        await worker.send('ada');
        await setTimeout(5);
      }
    })();
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'first' });
    using feed = site.live();
    const rates = () =>
      feed.messages.overview
        .filter(({ topology }) => topology.nodes.some(({ id }) => id === 'stream:parcels'))
        .map(({ totals }) => totals.publishedPerSecond);
    await eventually('a rate is known', () => rates().some((rate) => rate !== null));
    publishing.abort();
    await published;
    expect(rates()[0]).toBeNull();
    // One each five milliseconds, and no more.
    for (const rate of rates()) expect(rate ?? 0).toBeLessThanOrEqual(250);
  });
});

describe('a group that was delivered everything', () => {
  it('has no lag, whatever lag Redis reports', async () => {
    await redis.client.xadd('lagging:parcels', '1-0', 'a', 'b');
    await redis.client.xgroup('CREATE', 'lagging:parcels', 'g', '0');
    await redis.client.xreadgroup('GROUP', 'g', 'c', 'COUNT', 10, 'STREAMS', 'lagging:parcels', '>');
    await redis.client.xack('lagging:parcels', 'g', '1-0');
    // As after a restart of 7.0 from a rewritten AOF: it counts what was read from a number that is too low.
    await redis.client.call('XGROUP', 'SETID', 'lagging:parcels', 'g', '1-0', 'ENTRIESREAD', '0');
    await redis.client.call('XSETID', 'lagging:parcels', '1-0', 'ENTRIESADDED', '105700', 'MAXDELETEDID', '0-0');
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'lagging' });
    const overview = await site.get<Overview>('/api/overview');
    expect(overview.totals).toMatchObject({ lag: 0, lagMs: 0 });
    // Nobody reads on, which would be grave if anything waited.
    expect(overview.findings).toEqual([]);
  });
});

describe('a worker that was replaced long ago', () => {
  it('is reported without asking for action', async () => {
    await using worker = await startWorker(redis.url, 'replaced', () => undefined);
    await worker.send('ada');
    await eventually('it is handled', async () => {
      const [group] = (await redis.client.xinfo('GROUPS', 'replaced:parcels').catch(() => [])) as unknown[][];
      return group?.[3] === 1 && group[5] === 0;
    });
    // One of before, which left nothing.
    await redis.client.xgroup('CREATECONSUMER', 'replaced:parcels', 'receivers', 'host-99-abcdef');
    await redis.client.call('XCLAIM', 'replaced:parcels', 'receivers', 'host-99-abcdef', '0', '1-1').catch(() => null);
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'replaced' });
    const overview = await eventually('it is seen as gone', async () => {
      const seen = await site.get<Overview>('/api/overview');
      return seen.findings.some(({ title }) => title.includes('gone')) && seen;
    });
    const [finding] = overview.findings;
    expect(finding?.detail).toContain('1 other worker of receivers is at work.');
    expect(finding?.advice).toMatch(/^No action is needed/);
  });
});
