import { readFileSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { eventFields, eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterGroups } from '../src/contract/dead-letters.js';
import type { Overview } from '../src/contract/overview.js';
import type { StreamList } from '../src/contract/streams.js';
import { startConsole, type Answer, type Console } from './console.js';

const MEGABYTE = 1_000_000;
const STREAMS = ['parcels', 'letters', 'cards'];
/** What the process has at its most: its heap, what answers are sent from, and what it is made of. */
const MAX_KIB = 420 * 1024;

let redis: TestRedis;
let site: Console;
const ids: string[] = [];
const deadLetters: string[] = [];

beforeAll(async () => {
  redis = await freshRedis();
  for (const stream of STREAMS) {
    // Small ones first: what follows them comes unawares. Groups have all of it before them.
    await small(stream, 300);
    await redis.client.xgroup('CREATE', `mail:${stream}`, 'late', '0');
    ids.push(...(await large(stream, 50)));
  }
  site = await startConsole(redis.url, { EVENTS_PREFIX: 'mail', NODE_OPTIONS: '--max-old-space-size=128' });
}, 60_000);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
});

async function small(stream: string, count: number): Promise<void> {
  const pipeline = redis.client.pipeline();
  for (let number = 0; number < count; number += 1) pipeline.xadd(`mail:${stream}`, '*', ...eventFields());
  await pipeline.exec();
}

/** Events of a megabyte of many small values each. */
async function large(stream: string, count: number): Promise<string[]> {
  const data = JSON.stringify({ text: 'x'.repeat(MEGABYTE / 2), items: Array.from({ length: 60_000 }, () => [1, {}]) });
  const pipeline = redis.client.pipeline();
  for (let number = 0; number < count; number += 1) {
    pipeline.xadd(`mail:${stream}`, '*', ...eventFields({ event_id: `e-${stream}-${String(number)}`, data }));
  }
  return ((await pipeline.exec()) ?? []).map(([, id]) => String(id));
}

function peakKib(): number {
  const [, peak = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(site.app.pid)}/status`, 'utf8')) ?? [];
  return Number(peak);
}

/** Asks, and does not read the answer. */
function unread(path: string): ClientRequest {
  const sent = request(`${site.app.url}${path}`, (response) => response.pause());
  sent.on('error', () => undefined);
  sent.end();
  return sent;
}

describe('a console with little memory', { timeout: 240_000 }, () => {
  it('survives 450 events of one megabyte at once, while many watch and some of them do not read', async () => {
    await site.get<StreamList>('/api/streams');
    const feeds = Array.from({ length: 20 }, () => site.live('?tail=*'));
    const stalled = Array.from({ length: 20 }, () => unread('/api/live?tail=*'));
    await eventually('it has looked', () => feeds.every(({ messages }) => messages.overview.length >= 2));
    for (const stream of STREAMS) {
      await small(stream, 300);
      ids.push(...(await large(stream, 150)));
    }
    const told = (stream: string): number =>
      (feeds[0]?.messages.entries ?? []).reduce(
        (sum, { entries, leftOut }) =>
          sum + entries.filter((entry) => entry.stream === stream).length + (leftOut[stream] ?? 0),
        0,
      );
    for (const stream of STREAMS) await eventually(`the feed accounts for ${stream}`, () => told(stream) >= 450);
    for (const feed of feeds) feed[Symbol.dispose]();
    for (const one of stalled) one.destroy();
    expect(peakKib()).toBeLessThan(MAX_KIB);
  });

  it('answers many requests at once, or says that it is busy', async () => {
    const paths = Array.from({ length: 300 }, (_, number) => {
      const stream = STREAMS[number % STREAMS.length] ?? '';
      const id = ids[number % 50] ?? '';
      const all = [
        `/api/streams/parcels/entries/${id}`,
        `/api/streams/${stream}/entries?count=200`,
        `/api/streams/${stream}/entries?text=never`,
        '/api/journeys/hostile',
        '/api/overview',
      ];
      return all[number % all.length] ?? '';
    });
    const answers: Answer[] = await Promise.all(paths.map((path) => site.ask(path)));
    const busy = answers.filter(({ status }) => status === 503);
    for (const { problem, headers } of busy) {
      expect(problem.code).toBe('busy');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect(answers.length - busy.length).toBeGreaterThanOrEqual(100);
    expect(answers.filter(({ status }, index) => status === 503 && paths[index] === '/api/overview')).toEqual([]);
    expect(peakKib()).toBeLessThan(MAX_KIB);
  });

  it('goes on while clients do not read its answers', async () => {
    const path = `/api/streams/parcels/entries/${ids[0] ?? ''}`;
    const stalled = Array.from({ length: 200 }, () => unread(path));
    // What only looks is not kept waiting by them; and whoever goes away makes room.
    await site.get<Overview>('/api/overview');
    expect(peakKib()).toBeLessThan(MAX_KIB);
    for (const one of stalled) one.destroy();
    await eventually('there is room again', async () => (await site.ask(path)).status === 200);
  });

  it('keeps account of dead letters of one megabyte, each with its own cause', async () => {
    const data = JSON.stringify({ text: 'x'.repeat(MEGABYTE) });
    for (let number = 0; number < 100; number += 1) {
      const about = ['stream', 'mail:parcels', 'entry_id', `${String(number + 1)}-1`, 'group', 'g', 'handler', 'h'];
      const error = ['error_name', `E${'x'.repeat(number)}`, 'error_message', 'm'.repeat(MEGABYTE)];
      const original = eventFields({ data }).map((text, place) => (place % 2 ? text : `entry.${String(text)}`));
      deadLetters.push(
        String(await redis.client.xadd('mail:parcels:dead-letters', '*', ...about, ...error, ...original)),
      );
    }
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 5000; number += 1) {
      const about = [
        'entry_id',
        `${String(number)}-9`,
        'group',
        `g${String(number)}`,
        'error_name',
        `F${'y'.repeat(1000)}`,
      ];
      pipeline.xadd('mail:cards:dead-letters', '*', ...about);
    }
    await pipeline.exec();
    const groups = await eventually('nothing more is read', async () => {
      const found = await site.get<DeadLetterGroups>('/api/dead-letters');
      return found.lookedAt > 100 && !found.isReading && found;
    });
    expect(groups.total).toBe(5100);
    expect(groups.lookedAt).toBeLessThan(groups.total);
    expect(groups.isComplete).toBe(false);
    const of = (stream: string): number => groups.causes.filter((cause) => cause.stream === stream).length;
    expect(of('parcels')).toBe(100);
    expect(of('cards')).toBeGreaterThanOrEqual(1000);
    expect(JSON.stringify(groups).length).toBeLessThan(5 * MEGABYTE);
    // Those of which account is kept can be acted on, and then the others have their turn.
    const selection = { stream: 'parcels', ids: deadLetters };
    await site.post('/api/dead-letters/act', { action: 'discard', selection });
    const after = await site.get<DeadLetterGroups>('/api/dead-letters?stream=parcels');
    expect(after).toMatchObject({ total: 0, causes: [] });
    expect(peakKib()).toBeLessThan(MAX_KIB);
  });

  it('is healthy after all this, and was not restarted', async () => {
    await site.app.healthy();
    expect(site.app.output()).not.toMatch(/heap out of memory|RangeError|TypeError/);
  });
});
