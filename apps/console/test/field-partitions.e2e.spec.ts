import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journey } from '../src/contract/journey.js';
import type { Overview } from '../src/contract/overview.js';
import type { Session } from '../src/contract/session.js';
import type { EntriesPage, EntryDetail, StreamDetail } from '../src/contract/streams.js';
import { startConsole } from './console.js';
import { startWorker } from './worker.js';

const PARTITIONS = 4;
const PARCELS = 40;

let redis: TestRedis;
beforeAll(async () => {
  redis = await freshRedis();
});
afterAll(() => redis.stop());

describe('the console of partitioned streams', () => {
  it('starts, shows the partitions of a stream together, and says what it does not show', async () => {
    await using worker = await startWorker(redis.url, 'divided', () => undefined, { partitions: PARTITIONS });
    const ids: string[] = [];
    for (let number = 0; number < PARCELS; number += 1)
      ids.push(await worker.send(`to-${String(number)}`, `journey-${String(number)}`));
    const lengths = await Promise.all(
      [0, 1, 2, 3].map((number) => redis.client.xlen(`{divided:${String(number)}}:parcels`)),
    );
    expect(Math.max(...lengths)).toBeLessThan(PARCELS);

    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'divided' });
    await site.app.healthy();
    expect(await site.get<Session>('/api/session')).toMatchObject({ partitions: PARTITIONS });
    const overview = await eventually('all is handled', async () => {
      const seen = await site.get<Overview>('/api/overview');
      const { lag, pending } = seen.totals;
      return seen.topology.nodes.some(({ id }) => id === 'group:receivers') && lag === 0 && pending === 0 && seen;
    });
    expect(overview.topology.nodes.find(({ id }) => id === 'stream:parcels')).toMatchObject({ length: PARCELS });
    expect(overview.findings.map(({ id }) => id)).toContain('partitioned');
    expect(overview.health).toBe('good');
    expect(await site.get<StreamDetail>('/api/streams/parcels')).toMatchObject({
      length: PARCELS,
      groupDetails: [{ name: 'receivers', lag: 0, lagMs: 0, pending: 0 }],
    });

    const { entries } = await site.get<EntriesPage>('/api/streams/parcels/entries?count=200');
    expect(entries.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    const found = await site.get<EntriesPage>('/api/streams/parcels/entries?key=to-7');
    expect(found.entries).toMatchObject([{ id: ids[7], partitionKey: 'to-7' }]);
    const journey = await site.get<Journey>('/api/journeys/journey-7');
    expect(journey.events).toMatchObject([{ handledBy: [{ group: 'receivers', state: 'unknown' }] }]);
    const detail = await site.get<EntryDetail>(`/api/streams/parcels/entries/${ids[7] ?? ''}`);
    expect(detail.deliveries).toMatchObject([{ group: 'receivers', state: 'unknown' }]);

    for (const path of ['dead-letters', 'dead-letters/history', 'dead-letters/parcels/1-1']) {
      const { problem } = await site.ask(`/api/${path}`);
      expect(problem, path).toMatchObject({ statusCode: 501, code: 'partitioned' });
      expect(problem.message).toContain('4 partitions');
    }
  });

  it('shows the lag over all partitions', async () => {
    await using worker = await startWorker(redis.url, 'behind', () => undefined, { partitions: PARTITIONS });
    await worker.send('first');
    await eventually('it is handled', () => worker.consumer.inFlight === 0);
    await worker.app.close();
    for (let number = 0; number < PARTITIONS; number += 1) {
      const key = `{behind:${String(number)}}:parcels`;
      await redis.client.xgroup('CREATE', key, 'receivers', '0', 'MKSTREAM').catch(() => undefined);
      await redis.client.xadd(key, '*', 'no', 'event');
    }
    await using site = await startConsole(redis.url, { EVENTS_PREFIX: 'behind' });
    const lagMs = await eventually('they wait', async () => (await site.get<Overview>('/api/overview')).totals.lagMs);
    expect((await site.get<Overview>('/api/overview')).totals.lag).toBeGreaterThanOrEqual(PARTITIONS);
    await eventually('they wait longer', async () => (await site.get<Overview>('/api/overview')).totals.lagMs > lagMs);
  });
});
