import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journey } from '../src/contract/journey.js';
import type { Overview, Series } from '../src/contract/overview.js';
import type { EntriesPage, EntryDetail, StreamDetail, StreamList } from '../src/contract/streams.js';
import { startConsole, type Console } from './console.js';
import { ParcelReceived, startWorker } from './worker.js';

const HOSTILE = `<img src=x onerror=alert(1)>"'\u2028</script>`;

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

describe('the API', () => {
  it('answers for an empty Redis', async () => {
    const overview = await site.get<Overview>('/api/overview');
    expect(overview).toMatchObject({ health: 'good', findings: [], topology: { nodes: [], edges: [] } });
    expect(await site.get<StreamList>('/api/streams')).toEqual({ streams: [], complete: true });
  });

  it('finds out who publishes and who handles which stream', async () => {
    await using worker = await startWorker(redis.url, 'mail', (_, { transaction }) => {
      transaction.publish(ParcelReceived, { by: 'ada' });
    });
    await worker.send('ada');
    const overview = await eventually('all of it is seen', async () => {
      const seen = await site.get<Overview>('/api/overview');
      return seen.topology.nodes.length === 5 && seen.totals.lag === 0 && seen;
    });
    const names = overview.topology.nodes.map(({ kind, name }) => `${kind} ${name}`).sort();
    expect(names).toEqual(
      [
        'stream parcels',
        'stream receipts',
        'producer post',
        'group receivers',
        `consumer ${worker.consumer.name}`,
      ].sort(),
    );
    expect(overview.topology.edges.map(({ kind }) => kind).sort()).toEqual([
      'publishes',
      'publishes',
      'reads',
      'works',
    ]);
    expect(overview.topology.nodes.find(({ kind }) => kind === 'producer')).toMatchObject({
      groupId: 'group:receivers',
    });
    expect(overview.topology.nodes.find(({ kind }) => kind === 'consumer')).toMatchObject({
      state: 'reading',
      health: 'good',
    });
    expect((await site.get<Series>('/api/series')).points.length).toBeGreaterThan(0);

    const detail = await site.get<StreamDetail>('/api/streams/parcels');
    expect(detail).toMatchObject({ key: 'mail:parcels', length: 1, groups: [{ name: 'receivers', lag: 0, lagMs: 0 }] });
    expect(detail.groupDetails[0]?.consumerDetails).toMatchObject([
      { name: worker.consumer.name, state: 'reading', source: 'post' },
    ]);
  });

  it('pages through entries newest first, and searches for a key, a type, an id, a time and a text', async () => {
    await using worker = await startWorker(redis.url, 'mail');
    const ids: string[] = [];
    for (let number = 0; number < 5; number += 1) ids.push(await worker.send(`page-${String(number)}`));
    const newest = ids.toReversed();
    const page = await site.get<EntriesPage>('/api/streams/parcels/entries?count=2');
    expect(page.entries.map(({ id }) => id)).toEqual(newest.slice(0, 2));
    const next = await site.get<EntriesPage>(`/api/streams/parcels/entries?count=2&cursor=${page.next ?? ''}`);
    expect(next.entries.map(({ id }) => id)).toEqual(newest.slice(2, 4));

    const search = async (query: string): Promise<EntriesPage> => site.get(`/api/streams/parcels/entries?${query}`);
    expect((await search('key=page-3')).entries.map(({ id }) => id)).toEqual([ids[3]]);
    expect((await search(`key=page-3&to=${String(Number(ids[3]?.split('-')[0]) - 1)}`)).entries).toEqual([]);
    expect((await search(`from=${ids[4]?.split('-')[0] ?? ''}&key=page-4`)).entries).toHaveLength(1);
    expect((await search(`id=${ids[2] ?? ''}`)).entries.map(({ id }) => id)).toEqual([ids[2]]);
    const [entry] = (await search('text=PAGE-2')).entries;
    expect((await search(`id=${entry?.eventId ?? ''}`)).entries.map(({ id }) => id)).toEqual([ids[2]]);
    expect(await search('type=never_heard_of')).toMatchObject({ entries: [], next: null, scan: { complete: true } });
    for (const query of ['count=0', 'count=many', 'cursor=x', 'from=yesterday', 'unknown=1'])
      expect((await site.ask(`/api/streams/parcels/entries?${query}`)).problem).toMatchObject({
        statusCode: 400,
        code: 'invalid',
      });
  });

  it('continues a search where the previous request stopped, until the end', async () => {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 25_000; number += 1) pipeline.xadd('mail:many', '*', 'number', String(number));
    await pipeline.exec();
    let page = await site.get<EntriesPage>('/api/streams/many/entries?text=never');
    let scanned = page.scan.scanned;
    while (page.next !== null) {
      page = await site.get<EntriesPage>(`/api/streams/many/entries?text=never&cursor=${page.next}`);
      scanned += page.scan.scanned;
    }
    expect(page.scan.complete).toBe(true);
    expect(scanned).toBe(25_000);
  });

  it('gives a whole entry as data, also with hostile text, and if it is not an event', async () => {
    await using worker = await startWorker(redis.url, 'mail');
    const id = await worker.send(HOSTILE);
    const detail = await site.get<EntryDetail>(`/api/streams/parcels/entries/${id}`);
    expect(detail.event?.data).toEqual({ to: HOSTILE, weight: 1 });
    expect(detail).toMatchObject({ partitionKey: HOSTILE, isEvent: true, problem: null });
    const answer = await site.ask(`/api/streams/parcels/entries/${id}`);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });

    const odd = await redis.client.xadd('mail:parcels', '*', HOSTILE, HOSTILE, '__proto__', 'polluted');
    const broken = await site.get<EntryDetail>(`/api/streams/parcels/entries/${odd ?? ''}`);
    expect(broken).toMatchObject({ isEvent: false, event: null, type: null });
    expect(broken.problem).toContain('Expected the fields');
    expect(broken.fields).toEqual([
      [HOSTILE, HOSTILE],
      ['__proto__', 'polluted'],
    ]);
  });

  it('says what was not found', async () => {
    for (const path of [
      'streams/none',
      'streams/none/entries',
      'streams/parcels/entries/1-1',
      'streams/parcels:x',
      'nothing',
    ])
      expect((await site.ask(`/api/${path}`)).problem, path).toMatchObject({ statusCode: 404, code: 'not-found' });
    expect((await site.ask('/api/streams/parcels/entries/first')).problem).toMatchObject({ statusCode: 400 });
    expect((await site.ask('/api/shop')).problem).toMatchObject({ statusCode: 404, code: 'not-found' });
    expect(await redis.client.exists('mail:none')).toBe(0);
  });

  it('gives a journey: causes, answers, and what is not known', async () => {
    await using worker = await startWorker(redis.url, 'mail', (_, { transaction }) => {
      transaction.publish(ParcelReceived, { by: 'grace' });
    });
    await worker.send('grace', 'journey-1');
    const journey = await eventually('it is settled', async () => {
      const seen = await site.get<Journey>('/api/journeys/journey-1');
      return seen.state === 'settled' && seen.events.length === 2 && seen;
    });
    const [sent, received] = journey.events;
    expect(sent).toMatchObject({ afterMs: 0, cause: null, depth: 0, entry: { type: 'parcel_sent' } });
    expect(received).toMatchObject({ depth: 1, cause: { stream: 'parcels', id: sent?.entry.id } });
    expect(received?.sinceCauseMs).toBe(journey.elapsedMs);
    expect(sent?.handledBy).toMatchObject([
      { group: 'receivers', state: 'settled', source: 'post', known: 'answer', answeredAfterMs: journey.elapsedMs },
    ]);
    expect(journey.caveats).toContain('The time to an answer includes waiting and handling.');

    const near = await site.get<Journey>(`/api/journeys/journey-1?near=${sent?.entry.id ?? ''}`);
    expect(near.events).toHaveLength(2);
    expect(await site.get<Journey>('/api/journeys/never')).toMatchObject({ events: [], state: 'empty', elapsedMs: 0 });
    for (const query of ['near=soon', 'cursor=e30', `cursor=${'x'.repeat(30)}`])
      expect((await site.ask(`/api/journeys/never?${query}`)).status, query).toBe(400);
  });

  it('finds a journey that began before the console started, over several requests', async () => {
    const about = ['event_id', 'e1', 'event_type', 'old_one', 'timestamp', 't', 'version', '1.0', 'source', 's'];
    const old = [...about, 'data', '{}', 'correlation_id', 'long-ago'];
    expect(await redis.client.xadd('mail:many', '1000-1', ...old).catch(() => null)).toBeNull(); // ids only grow
    await redis.client.xadd('mail:ancient', '1000-1', ...old);
    await site.get('/api/streams/ancient');
    let journey = await site.get<Journey>('/api/journeys/long-ago');
    const events = [...journey.events];
    while (journey.cursor !== null) {
      journey = await site.get<Journey>(`/api/journeys/long-ago?cursor=${journey.cursor}`);
      events.push(...journey.events);
    }
    expect(events.map(({ entry }) => entry.id)).toContain('1000-1');
    expect(journey.isComplete).toBe(true);
  });
});

describe('the documentation', () => {
  it('has every endpoint, with schemas made from the contract, and no inline scripts', async () => {
    const document = await site.get<{ paths: Record<string, object>; components: { schemas: object } }>('/api-json');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/overview',
        '/api/streams/{stream}/entries/{id}',
        '/api/dead-letters/act',
        '/api/live',
      ]),
    );
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/api/'))).toEqual([]);
    expect(document.components.schemas).toHaveProperty('Overview');
    const page = await site.ask('/api');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
    for (const file of page.text.matchAll(/<script src="\.\/(api\/[^"]+)"/g))
      expect((await site.ask(`/${file[1] ?? ''}`)).status).toBe(200);
  });
});

describe('the page', () => {
  it('is the same for each of its paths, and never cached', async () => {
    const [index, path] = [await site.ask('/'), await site.ask('/streams/orders')];
    // But for the way to the root, which is relative.
    expect(path.text).toBe(index.text.replaceAll('"./', '"../'));
    expect(path.headers['cache-control']).toContain('no-store');
    expect((await site.ask('/index.html')).headers['cache-control']).toBe('no-store');
    const [, script = ''] = /src="\.(\/assets\/[^"]+\.js)"/.exec(index.text) ?? [];
    const asset = await site.ask(script);
    expect(asset.status).toBe(200);
    expect(asset.headers['cache-control']).toContain('immutable');
    expect((await site.ask('/assets/none.js')).status).toBe(404);
    expect((await site.ask('/%2e%2e/main.js')).text).toBe(index.text);
  });
});

it('answers /health and /metrics as every app does', async () => {
  expect((await site.ask('/health')).status).toBe(200);
  expect((await site.ask('/health/live')).status).toBe(200);
  expect((await site.ask('/metrics')).text).toContain('process_cpu_time_seconds_total');
});
