import { readFileSync } from 'node:fs';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterGroups, DeadLetterPage, DeadLetterView } from '../src/contract/dead-letters.js';
import type { Journey } from '../src/contract/journey.js';
import type { EntriesPage, EntryDetail, StreamList } from '../src/contract/streams.js';
import { startConsole, type Console } from './console.js';

const MEGABYTE = 1_000_000;
const EVENTS = 600;
const DEAD_LETTERS = 60;
/** What the process has at its most, while it does all of this. */
const MAX_KIB = 512 * 1024;

let redis: TestRedis;
let site: Console;
const ids: string[] = [];

beforeAll(async () => {
  redis = await freshRedis();
  const data = JSON.stringify({ text: 'x'.repeat(MEGABYTE) });
  for (let number = 0; number < EVENTS; number += 1) {
    ids.push(String(await redis.client.xadd('mail:parcels', '*', ...event(number, data))));
  }
  for (let number = 0; number < DEAD_LETTERS; number += 1) {
    const about = ['stream', 'mail:parcels', 'entry_id', ids[number] ?? '', 'group', 'g', 'handler', 'h'];
    const original = event(number, data).map((text, index) => (index % 2 === 0 ? `entry.${text}` : text));
    const error = ['reason', 'exhausted', 'attempts', '3', 'error_name', 'Error', 'error_message', 'no'];
    await redis.client.xadd('mail:parcels:dead-letters', '*', ...about, ...error, ...original);
  }
  site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail', NODE_OPTIONS: '--max-old-space-size=256' });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

function event(number: number, data: string): string[] {
  const about = ['event_id', `e-${String(number)}`, 'event_type', 'parcel_sent', 'timestamp', 't', 'version', '1.0'];
  return [...about, 'source', 's', 'data', data, 'correlation_id', 'all'];
}

function peakKib(): number {
  const [, peak = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(site.app.pid)}/status`, 'utf8')) ?? [];
  return Number(peak);
}

// It moves several gigabytes; that is not what it measures.
describe('hundreds of events of a megabyte each', { timeout: 240_000 }, () => {
  it('are looked at, listed, searched, followed and opened within bounded memory', async () => {
    using feed = site.live('?tail=*');
    await eventually('it has looked', () => feed.messages.overview.length >= 2);
    expect((await site.get<StreamList>('/api/streams')).streams[0]).toMatchObject({ length: EVENTS });

    const listed: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: EntriesPage = await site.get(`/api/streams/parcels/entries?count=200${next && `&cursor=${next}`}`);
      listed.push(...page.entries.map(({ id }) => id));
      expect(page.entries.every(({ preview, size }) => preview.length === 200 && size > MEGABYTE)).toBe(true);
      next = page.next;
    }
    expect(listed).toEqual(ids.toReversed());

    const searches = Array.from({ length: 4 }, () => site.get('/api/streams/parcels/entries?text=never'));
    await Promise.all(searches);

    let journey = await site.get<Journey>('/api/journeys/all');
    const found = new Set(journey.events.map(({ entry }) => entry.id));
    while (journey.cursor !== null) {
      journey = await site.get<Journey>(`/api/journeys/all?cursor=${journey.cursor}`);
      for (const { entry } of journey.events) found.add(entry.id);
    }
    expect(found.size).toBe(EVENTS);

    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 50; number += 1) {
      pipeline.xadd('mail:parcels', '*', ...event(EVENTS + number, JSON.stringify({ text: 'y'.repeat(MEGABYTE) })));
    }
    await pipeline.exec();
    const told = () =>
      feed.messages.entries.reduce((sum, { entries, leftOut }) => sum + entries.length + (leftOut['parcels'] ?? 0), 0);
    // Those of its beginning, and all that came: shown, or said to be left out.
    await eventually('the feed accounts for all', () => told() >= 50);

    expect(peakKib()).toBeLessThan(MAX_KIB);
  });

  it('are shown as dead letters within bounded memory, too', async () => {
    const { total, causes } = await eventually('all are looked at', async () => {
      const groups = await site.get<DeadLetterGroups>('/api/dead-letters');
      return groups.isComplete && groups;
    });
    expect({ total, counts: causes.map(({ count }) => count) }).toEqual({
      total: DEAD_LETTERS,
      counts: [DEAD_LETTERS],
    });
    const deadLetters: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const path = `/api/dead-letters/causes/${causes[0]?.id ?? ''}?count=200${next && `&cursor=${next}`}`;
      const page: DeadLetterPage = await site.get(path);
      deadLetters.push(...page.deadLetters.map(({ entryId }) => entryId));
      next = page.next;
    }
    expect(deadLetters).toEqual(ids.slice(0, DEAD_LETTERS).toReversed());
    expect(peakKib()).toBeLessThan(MAX_KIB);
  });

  it('are shown whole one by one; of larger ones only the beginning, with a note', async () => {
    const whole = await site.get<EntryDetail>(`/api/streams/parcels/entries/${ids[0] ?? ''}`);
    expect(whole).toMatchObject({ isCut: false, isEvent: true, problem: null });
    expect((whole.event?.data['text'] as string).length).toBe(MEGABYTE);

    const data = JSON.stringify({ text: 'z'.repeat(5 * MEGABYTE) });
    const id = String(await redis.client.xadd('mail:parcels', '*', ...event(9999, data)));
    const cut = await site.get<EntryDetail>(`/api/streams/parcels/entries/${id}`);
    expect(cut).toMatchObject({ isCut: true, isEvent: true, event: null });
    const [, shown = ''] = cut.fields.find(([name]) => name === 'data') ?? [];
    expect(shown).toBe(`${data.slice(0, 65_535)}…`);
    expect(cut.size).toBeGreaterThan(5 * MEGABYTE);
    const deadLetter = String(
      await redis.client.xadd('mail:parcels:dead-letters', '*', 'entry_id', id, 'group', 'g', 'entry.data', data),
    );
    expect(await site.get<DeadLetterView>(`/api/dead-letters/parcels/${deadLetter}`)).toMatchObject({ isCut: true });
  });
});
