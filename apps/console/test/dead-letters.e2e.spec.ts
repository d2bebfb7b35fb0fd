import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DeadLetterActionResult,
  DeadLetterGroups,
  DeadLetterHistory,
  DeadLetterPage,
  DeadLetterPreview,
  DeadLetterView,
} from '../src/contract/dead-letters.js';
import type { Overview } from '../src/contract/overview.js';
import type { EntriesPage, EntryDetail } from '../src/contract/streams.js';
import { startConsole, type Console } from './console.js';
import { startWorker, type Worker } from './worker.js';

let redis: TestRedis;
let site: Console;
let worker: Worker;
/** What the handler does with what it gets. */
let isMended = false;
const handled: { to: string; weight: number }[] = [];

beforeAll(async () => {
  redis = await freshRedis();
  worker = await startWorker(redis.url, 'mail', ({ data }) => {
    if (!isMended && data.to.startsWith('late'))
      throw new UnrecoverableError(`No street ${String(data.weight)} for "${data.to}"`);
    if (!isMended && data.to.startsWith('lost')) throw new UnrecoverableError('Nobody knows the town');
    handled.push(data);
  });
  for (let number = 0; number < 3; number += 1) await worker.send(`late-${String(number)}`);
  await worker.send('lost-1');
  site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail' });
  await eventually('all are given up', async () => (await redis.client.xlen('mail:parcels:dead-letters')) === 4);
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await worker[Symbol.asyncDispose]();
  await redis.stop();
});

/** Of an entry that is appended past the library. */
const ENVELOPE = {
  event_id: '5ea4e708-b244-429d-bfd7-68c9d9251008',
  event_type: 'parcel_sent',
  timestamp: '2026-11-24T10:00:00.000Z',
  version: '1.0',
  source: 'another_service',
};

const groups = () => site.get<DeadLetterGroups>('/api/dead-letters');
const refusal = async (body: unknown) =>
  (
    await site.ask('/api/dead-letters/act', {
      method: 'POST',
      body,
      headers: { 'X-Console-Token': await site.token() },
    })
  ).problem;

describe('dead letters', () => {
  it('are grouped by cause: ids and numbers in their messages make no difference', async () => {
    const { total, causes, isComplete } = await groups();
    expect({ total, isComplete }).toEqual({ total: 4, isComplete: true });
    expect(causes.map(({ count, errorPattern }) => [count, errorPattern])).toEqual(
      expect.arrayContaining([
        [3, 'No street … for …'],
        [1, 'Nobody knows the town'],
      ]),
    );
    const late = causes.find(({ count }) => count === 3);
    expect(late).toMatchObject({
      stream: 'parcels',
      group: 'receivers',
      handler: 'Parcels.onParcel',
      reason: 'unrecoverable',
      errorName: 'UnrecoverableError',
      eventTypes: ['parcel_sent'],
    });
    const page = await site.get<DeadLetterPage>(`/api/dead-letters/causes/${late?.id ?? ''}?count=2`);
    expect(page.deadLetters.map(({ partitionKey }) => partitionKey)).toEqual(['late-2', 'late-1']);
    const rest = await site.get<DeadLetterPage>(`/api/dead-letters/causes/${late?.id ?? ''}?cursor=${page.next ?? ''}`);
    expect(rest).toMatchObject({ deadLetters: [{ partitionKey: 'late-0' }], next: null });
    const deadLetter = await site.get<DeadLetterView>(`/api/dead-letters/parcels/${rest.deadLetters[0]?.id ?? ''}`);
    expect(deadLetter).toMatchObject({ attempts: 1, event: { data: { to: 'late-0', weight: 1 } }, replays: 0 });
    expect(deadLetter.errorStack).toContain('No street 1 for "late-0"');
  });

  it('are a node of the overview, linked to the group that gave them up', async () => {
    const { topology } = await eventually('it is seen', async () => {
      const seen = await site.get<Overview>('/api/overview');
      return seen.topology.edges.some(({ kind }) => kind === 'gives-up') && seen;
    });
    expect(topology.nodes.find(({ kind }) => kind === 'dead-letters')).toMatchObject({ stream: 'parcels', count: 4 });
    expect(topology.edges.filter(({ kind }) => kind === 'gives-up')).toMatchObject([
      { from: 'group:receivers', to: 'dead-letters:parcels' },
    ]);
  });

  it('are shown with their entry', async () => {
    const { entries } = await site.get<EntriesPage>('/api/streams/parcels/entries?key=lost-1');
    const detail = await site.get<EntryDetail>(`/api/streams/parcels/entries/${entries[0]?.id ?? ''}`);
    expect(detail.deliveries).toMatchObject([
      { group: 'receivers', state: 'dead-lettered', attempts: [{ failures: 1 }] },
    ]);
  });

  it('have a preview, which says what an action will do, and changes nothing', async () => {
    const { causes } = await groups();
    const causeId = causes.find(({ count }) => count === 3)?.id;
    const preview = await site.post<DeadLetterPreview>('/api/dead-letters/preview', {
      action: 'replay',
      selection: { causeId },
    });
    expect(preview).toMatchObject({
      count: 3,
      gone: 0,
      left: 0,
      receivers: [{ group: 'receivers', handler: 'Parcels.onParcel', count: 3, consumersReading: 1 }],
    });
    expect(preview.effects[0]).toBe(
      '3 events of parcels will be delivered again, only to Parcels.onParcel of receivers, unchanged.',
    );
    expect((await groups()).total).toBe(4);
  });

  it('are replayed with an edited payload, one by one or all of a cause, or discarded, and each action is logged', async () => {
    isMended = true;
    const { causes } = await groups();
    const lost = causes.find(({ count }) => count === 1);
    const one = { stream: 'parcels', ids: [lost?.sample.id ?? ''] };
    const edit = {
      action: 'replay',
      selection: one,
      data: { to: 'found-1', weight: 2 },
      by: 'ada',
      why: 'a better address',
    };
    expect(await site.post<DeadLetterPreview>('/api/dead-letters/preview', edit)).toMatchObject({
      edited: { before: { to: 'lost-1' }, after: { to: 'found-1' } },
    });
    const result = await site.post<DeadLetterActionResult>('/api/dead-letters/act', edit);
    expect(result).toMatchObject({ done: 1, left: 0 });
    expect(result.replayId).toMatch(/^\d+-\d+$/);
    await eventually('it is handled', () => handled.some(({ to }) => to === 'found-1'));

    expect(await refusal(edit)).toMatchObject({ statusCode: 409, code: 'gone' });
    expect(await refusal({ ...edit, action: 'discard' })).toMatchObject({ statusCode: 400, code: 'invalid' });

    const late = causes.find(({ count }) => count === 3);
    const newest = { causeId: late?.id, upTo: late?.sample.id };
    const [first] = (await site.get<DeadLetterPage>(`/api/dead-letters/causes/${late?.id ?? ''}`)).deadLetters;
    await site.post('/api/dead-letters/act', { action: 'discard', selection: { stream: 'parcels', ids: [first?.id] } });
    expect(await site.post('/api/dead-letters/act', { action: 'replay', selection: newest })).toMatchObject({
      done: 2,
    });
    await eventually('they are handled', () => handled.filter(({ to }) => to.startsWith('late')).length === 2);
    expect(await groups()).toMatchObject({ total: 0, causes: [] });
    expect((await site.ask(`/api/dead-letters/causes/${late?.id ?? ''}`)).status).toBe(404);

    const { actions } = await site.get<DeadLetterHistory>('/api/dead-letters/history');
    expect(actions.map(({ action }) => action).sort()).toEqual(['discarded', 'replayed', 'replayed', 'replayed']);
    expect(actions.find(({ edited }) => edited)).toMatchObject({ by: 'ada', why: 'a better address' });
    expect(actions.map(({ became }) => became).sort()).toEqual([null, 'settled', 'settled', 'settled'].sort());
  });

  it('are not replayed with a payload that JSON cannot hold, and not edited if they are not an event', async () => {
    isMended = false;
    await worker.send('lost-2');
    await redis.client.xadd('mail:parcels', '*', 'no', 'event');
    const { causes } = await eventually('both are given up, and those of earlier are gone', async () => {
      const found = await groups();
      const reasons = found.causes.map(({ reason }) => reason).sort();
      return reasons.join() === 'undecodable,unrecoverable' && found;
    });
    const odd = causes.find(({ reason }) => reason === 'undecodable');
    expect(odd).toMatchObject({ handler: '-', eventTypes: [] });
    const edit = { action: 'replay', selection: { stream: 'parcels', ids: [odd?.sample.id] }, data: {} };
    expect(await refusal(edit)).toMatchObject({ statusCode: 400, code: 'invalid' });
    const lost = causes.find(({ reason }) => reason === 'unrecoverable');
    const two = { stream: 'parcels', ids: [odd?.sample.id, lost?.sample.id] };
    expect(await refusal({ ...edit, selection: two })).toMatchObject({ statusCode: 400 });
    const selection = { stream: 'parcels', ids: [lost?.sample.id] };
    for (const data of ['{"constructor":1}', '{"a":{"__proto__":1}}', '{"weight":9007199254740993}']) {
      const body = JSON.parse(`{"data":${data}}`) as object;
      expect(await refusal({ action: 'replay', selection, ...body })).toMatchObject({ statusCode: 400 });
    }
    for (const json of ['{"constructor":1}', '{', '[]', '7']) {
      expect(await refusal({ action: 'replay', selection, json })).toMatchObject({ statusCode: 400 });
    }
    expect((await groups()).total).toBe(2);
  });

  it('are shown and edited as they are written, with a list of the numbers that parsing changes', async () => {
    const data = '{"to":"lost-3","weight":1,"account":73314510714175488123,"amount":1.10}';
    const losses = ['account: 73314510714175488123 is read as 73314510714175490000'];
    const entryId = await redis.client.xadd('mail:parcels', '*', ...Object.entries({ ...ENVELOPE, data }).flat());
    const deadLetter = async (
      wanted: (sample: { entryId: string }) => boolean,
    ): Promise<DeadLetterView | undefined> => {
      const { causes } = await groups();
      const found = causes.find(({ sample }) => wanted(sample))?.sample;
      return found && site.get<DeadLetterView>(`/api/dead-letters/parcels/${found.id}`);
    };
    const sample = await eventually('it is given up', () => deadLetter((one) => one.entryId === entryId));
    expect(sample.payload).toMatchObject({ losses });
    expect(sample.payload?.json).toContain('"account": 73314510714175488123,\n  "amount": 1.10\n');
    const detail = await site.get<EntryDetail>(`/api/streams/parcels/entries/${entryId ?? ''}`);
    expect(detail.payload).toEqual(sample.payload);

    const json = (sample.payload?.json ?? '').replace('lost-3', 'found-3');
    const edit = { action: 'replay', selection: { stream: 'parcels', ids: [sample.id] }, json };
    expect(await site.post<DeadLetterPreview>('/api/dead-letters/preview', edit)).toMatchObject({
      edited: { beforeText: sample.payload, afterText: { json, losses } },
    });
    expect(await site.post('/api/dead-letters/act', edit)).toMatchObject({ done: 1 });
    // Its readers refuse such a number, as they did before.
    const again = await eventually('it is given up again', async () => {
      const found = await deadLetter((one) => one.entryId === entryId);
      return found?.replays === 1 && found;
    });
    expect(again.fields).toContainEqual(['data', data.replace('lost-3', 'found-3')]);
  });
});
