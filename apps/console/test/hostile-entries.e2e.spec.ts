import {
  appendHostile,
  eventFields,
  eventually,
  freshRedis,
  hostileEntries,
  hostileDeadLetters,
  nested,
  type HostileEntry,
  type TestRedis,
} from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DeadLetterActionResult,
  DeadLetterGroups,
  DeadLetterHistory,
  DeadLetterPage,
  DeadLetterPreview,
  DeadLetterView,
} from '../src/contract/dead-letters.js';
import type { Journey } from '../src/contract/journey.js';
import type { Overview } from '../src/contract/overview.js';
import type { EntriesPage, EntryDetail, EntrySummary, StreamDetail, StreamList } from '../src/contract/streams.js';
import { startConsole, type Answer, type Console } from './console.js';

/** What an answer of the console is at most, in characters. */
const LARGEST_ANSWER = 10_000_000;
const MAX_TEXT_LENGTH = 1024;

const ENTRIES = hostileEntries();
const DEAD_LETTERS = hostileDeadLetters('mail:notes');
/** Names as nobody gives them. */
const GROUPS = ['testers', '__proto__', 'constructor', 'a|b\u202e\n', 'g'.repeat(1000), ' '];

let redis: TestRedis;
let site: Console;
/** By what is wrong with them. */
const ids = new Map<string, string>();
const deadLetterIds = new Map<string, string>();

beforeAll(async () => {
  redis = await freshRedis();
  for (const { what, fields } of ENTRIES) ids.set(what, await append('mail:notes', fields));
  // What the library writes of entries that are no events, or wrong: each field under a name of its own, or all as one text.
  for (const entry of ENTRIES)
    deadLetterIds.set(entry.what, await append('mail:notes:dead-letters', deadLetterOf(entry)));
  for (const { what, fields } of DEAD_LETTERS) deadLetterIds.set(what, await append('mail:notes:dead-letters', fields));
  for (const group of GROUPS) {
    await redis.client.xgroup('CREATE', 'mail:notes', group, '0');
    for (const consumer of ['__proto__', 'constructor', 'c\u001b[2J'])
      await redis.client.xgroup('CREATECONSUMER', 'mail:notes', group, consumer);
  }
  await redis.client.xreadgroup('GROUP', '__proto__', 'constructor', 'COUNT', 5, 'STREAMS', 'mail:notes', '>');
  site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail', NODE_OPTIONS: '--max-old-space-size=192' });
}, 60_000);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

function append(key: string, fields: readonly (string | Buffer)[]): Promise<string> {
  return appendHostile(redis.client, key, fields);
}

function deadLetterOf({ what, fields }: HostileEntry): (string | Buffer)[] {
  const id = ids.get(what) ?? '';
  const about = ['stream', 'mail:notes', 'entry_id', id, 'group', 'testers', 'handler', '-', 'reason', 'undecodable'];
  const error = ['attempts', '1', 'error_name', 'EventDecodeError', 'error_message', 'no', 'error_stack', 'at'];
  if (fields.length > 7000) return [...about, ...error, 'entry_json', JSON.stringify(fields)];
  const original = fields.map((field, index) =>
    index % 2 === 1 ? field : Buffer.concat([Buffer.from('entry.'), Buffer.from(field)]),
  );
  return [...about, ...error, ...original];
}

/** An answer that is a success, and no larger than one should be. */
async function get<T>(path: string): Promise<T> {
  const answer = await site.ask(path);
  return checked<T>(path, answer);
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as `get` of the console under test
function checked<T>(path: string, { status, text }: Answer): T {
  expect({ path, status, problem: status === 200 ? '' : text }).toEqual({ path, status: 200, problem: '' });
  expect(text.length).toBeLessThan(LARGEST_ANSWER);
  return JSON.parse(text) as T;
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'X-Console-Token': await site.token() };
  return checked<T>(path, await site.ask(path, { method: 'POST', body, headers }));
}

function expectShort(summary: EntrySummary): void {
  for (const text of Object.values(summary)) {
    if (typeof text === 'string') expect(text.length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
  }
}

describe('a stream of hostile entries', { timeout: 120_000 }, () => {
  it('is shown in the overview, the list of streams, the groups and the live feed', async () => {
    using feed = site.live('?tail=*');
    await eventually('it has looked', () => feed.messages.overview.length >= 2);
    const { topology, findings } = await get<Overview>('/api/overview');
    expect(topology.nodes.filter(({ kind }) => kind === 'group').map(({ name }) => name)).toEqual(
      expect.arrayContaining(GROUPS),
    );
    expect(findings.length).toBeGreaterThan(0);
    await get('/api/series');
    const { streams } = await get<StreamList>('/api/streams');
    expect(streams.map(({ name, length }) => ({ name, length }))).toEqual([{ name: 'notes', length: ENTRIES.length }]);
    for (const { first, last } of streams) for (const one of [first, last]) if (one) expectShort(one);
    const { groupDetails } = await get<StreamDetail>('/api/streams/notes');
    expect(groupDetails.map(({ name, consumerDetails }) => [name, consumerDetails.length])).toEqual(
      expect.arrayContaining(GROUPS.map((group) => [group, 3])),
    );
    expect(groupDetails.find(({ name }) => name === '__proto__')).toMatchObject({ pending: 5 });

    const id = await append('mail:notes', eventFields({ event_type: 't'.repeat(100_000) }));
    await eventually('the feed has it', () =>
      feed.messages.entries.flatMap(({ entries }) => entries).some((one) => one.id === id),
    );
    for (const one of feed.messages.entries.flatMap(({ entries }) => entries)) expectShort(one);
    await redis.client.xdel('mail:notes', id);
  });

  it('is listed and searched, with one row for each entry', async () => {
    for (const query of ['', '&source=tester', '&correlation=hostile', '&text=tester']) {
      const found: EntrySummary[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: EntriesPage = await get(`/api/streams/notes/entries?count=200${query}${next && `&cursor=${next}`}`);
        found.push(...page.entries);
        next = page.next;
      }
      found.forEach(expectShort);
      if (query === '') expect(found.map(({ id }) => id)).toEqual([...ids.values()].toReversed());
      else expect(found.length).toBeGreaterThan(10);
    }
  });

  it.each(ENTRIES.map(({ what }) => what))('shows this entry correctly: %s', async (what) => {
    const id = ids.get(what) ?? '';
    const entry = await get<EntryDetail>(`/api/streams/notes/entries/${id}`);
    const byId = await get<EntriesPage>(`/api/streams/notes/entries?id=${id}`);
    expect(byId.entries.map((one) => one.id)).toEqual([id]);
    const { fields } = ENTRIES.find((one) => one.what === what) as HostileEntry;
    const bytes = fields.reduce((sum, field) => sum + Buffer.byteLength(field), 0);
    expect(entry.fieldCount).toBe(fields.length / 2);
    expect(entry.fields.length).toBeGreaterThan(0);
    // In characters, where all of it was read: a few of them are no byte, or several.
    expect(Math.abs(entry.size - bytes)).toBeLessThan(10);
    const isWhole = entry.fields.length === entry.fieldCount && entry.fields.flat().join('').length >= entry.size;
    expect(entry.isCut || isWhole).toBe(true);
    expect(entry.event === null || !entry.isCut).toBe(true);
  });

  it('shows a journey through them', async () => {
    let journey = await get<Journey>('/api/journeys/hostile');
    const found = new Set(journey.events.map(({ entry }) => entry.id));
    while (journey.cursor !== null) {
      journey = await get<Journey>(`/api/journeys/hostile?cursor=${journey.cursor}`);
      for (const { entry } of journey.events) found.add(entry.id);
    }
    for (const what of ['an event of 65,000 fields', '6,000 levels', '100,000 levels', 'a payload of 20 MB'])
      expect(found.has(ids.get(what) ?? '')).toBe(true);
  });

  it('lists an entry whose id is higher than any time', async () => {
    const highest = '18446744073709551615-18446744073709551614';
    await redis.client.xadd('mail:late', highest, ...eventFields({ correlation_id: 'late' }));
    await get('/api/overview');
    const { streams } = await eventually('it is found', async () => {
      const list = await get<StreamList>('/api/streams');
      return list.streams.some(({ name }) => name === 'late') && list;
    });
    expect(streams.find(({ name }) => name === 'late')?.last?.id).toBe(highest);
    await get('/api/streams/late/entries');
    expect((await get<EntryDetail>(`/api/streams/late/entries/${highest}`)).isEvent).toBe(true);
    expect((await get<Journey>('/api/journeys/late')).events).toHaveLength(1);
    expect((await get<Journey>(`/api/journeys/late?near=${highest}`)).events).toHaveLength(1);
    await redis.client.del('mail:late');
    await redis.client.xadd('mail:wrong', '1-1', ...eventFields());
    expect((await site.ask('/api/streams/wrong/entries/99999999999999999999-1')).status).toBe(400);
    await redis.client.del('mail:wrong');
  });
});

describe('dead letters of hostile entries, and dead letters written by hand', { timeout: 120_000 }, () => {
  it('are grouped and listed, with one row for each', async () => {
    const { total, causes } = await eventually('all are looked at', async () => {
      const groups = await get<DeadLetterGroups>('/api/dead-letters');
      return groups.isComplete && groups;
    });
    expect(total).toBe(ENTRIES.length + DEAD_LETTERS.length);
    const listed: string[] = [];
    for (const { id } of causes) {
      for (let next: string | null = ''; next !== null;) {
        const page: DeadLetterPage = await get(`/api/dead-letters/causes/${id}?count=200${next && `&cursor=${next}`}`);
        listed.push(...page.deadLetters.map((deadLetter) => deadLetter.id));
        next = page.next;
      }
    }
    expect(listed.toSorted()).toEqual([...deadLetterIds.values()].toSorted());
  });

  it.each([...ENTRIES, ...DEAD_LETTERS].map(({ what }) => what))('are shown correctly: %s', async (what) => {
    const id = deadLetterIds.get(what) ?? '';
    const deadLetter = await get<DeadLetterView>(`/api/dead-letters/notes/${id}`);
    expect(deadLetter).toMatchObject({ id, stream: 'notes' });
    for (const count of [deadLetter.attempts, deadLetter.replays])
      expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
    for (const time of [deadLetter.firstFailedMs, deadLetter.lastFailedMs]) expect(Number.isFinite(time)).toBe(true);
    for (const action of ['replay', 'discard'])
      await post<DeadLetterPreview>('/api/dead-letters/preview', { action, selection: { stream: 'notes', ids: [id] } });
  });

  it('are edited up to a limit', async () => {
    const id = deadLetterIds.get('6,000 levels') ?? '';
    const selection = { stream: 'notes', ids: [id] };
    const headers = { 'X-Console-Token': await site.token() };
    const ask = (more: object) =>
      site.ask('/api/dead-letters/preview', {
        method: 'POST',
        headers,
        body: { action: 'replay', selection, ...more },
      });
    // The payload before cannot be shown, the one after can.
    expect(checked<DeadLetterPreview>('preview', await ask({ json: '{"a":1}' })).edited).toMatchObject({
      before: null,
    });
    expect((await ask({ json: nested(6000) })).status).toBe(400);
    const deep = `{"action":"replay","selection":{"stream":"notes","ids":["${id}"]},"data":${nested(6000)}}`;
    for (const path of ['preview', 'act'])
      expect((await site.ask(`/api/dead-letters/${path}`, { method: 'POST', headers, body: deep })).status).toBe(400);
  });

  it('are replayed one by one, or refused with a reason, and none is lost', async () => {
    const refused: string[] = [];
    const headers = { 'X-Console-Token': await site.token() };
    for (const [what, id] of deadLetterIds) {
      const body = { action: 'replay', selection: { stream: 'notes', ids: [id] } };
      const { status, text } = await site.ask('/api/dead-letters/act', { method: 'POST', headers, body });
      if (status === 200) continue;
      refused.push(what);
      expect({ what, status }).toEqual({ what, status: 400 });
      expect(text).toMatch(/too many fields to be replayed|does not say which entry of which group/);
      expect(await redis.client.xrange('mail:notes:dead-letters', id, id)).toHaveLength(1);
    }
    expect(refused.toSorted()).toEqual(
      [
        ...['an event of 65,000 fields', '65,000 fields and no event', 'the same field 65,000 times'],
        ...['no field of a dead letter', 'no group', 'an invalid entry id'],
      ].toSorted(),
    );
    const left = await redis.client.xlen('mail:notes:dead-letters');
    let replays = 0;
    for (const key of await redis.client.keys('mail:notes:*:replays')) replays += await redis.client.xlen(key);
    expect(left + replays).toBe(ENTRIES.length + DEAD_LETTERS.length);
  });

  it('are all discarded', async () => {
    const left = await redis.client.xrange('mail:notes:dead-letters', '-', '+');
    const selection = { stream: 'notes', ids: left.map(([id]) => id) };
    const result = await post<DeadLetterActionResult>('/api/dead-letters/act', { action: 'discard', selection });
    expect(result).toMatchObject({ done: left.length, left: 0 });
    expect(await redis.client.xlen('mail:notes:dead-letters')).toBe(0);
  });

  it('have a history, also with entries written by hand', async () => {
    const key = 'mail:notes:dead-letters:history';
    await append(key, ['id', 'x', 'action', 'sung', 'why', 'w'.repeat(3_000_000)]);
    await append(key, ['__proto__', 'x', 'at', '+300000-01-01', 'edited', '?']);
    const { actions } = await get<DeadLetterHistory>('/api/dead-letters/history?count=1000');
    expect(actions).toHaveLength(ENTRIES.length + DEAD_LETTERS.length + 2);
    for (const { by, why, deadLetter } of actions)
      for (const text of [by, why, deadLetter]) expect(text.length).toBeLessThan(5000);
    await get('/api/dead-letters');
    expect(site.app.output()).not.toContain('RangeError');
  });
});
