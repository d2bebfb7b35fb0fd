import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetters, type EntryPage, type EntryPagesOptions } from 'nestjs-event-streams';
import { startWorker, type Worker } from './worker.js';

const LARGE = 200_000;
const REPLY = 1_000_000;

let redis: TestRedis;
let looking: Worker;
let deadLetters: DeadLetters;
beforeAll(async () => {
  redis = await freshRedis();
  looking = await startWorker(redis.url, { prefix: 'sizes' });
  deadLetters = looking.app.get(DeadLetters);
});
afterAll(async () => {
  await looking[Symbol.asyncDispose]();
  await redis.stop();
});

/** Entries of these sizes, oldest first. */
async function append(stream: string, sizes: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const size of sizes) ids.push(String(await redis.client.xadd(`sizes:${stream}`, '*', 'data', 'x'.repeat(size))));
  return ids;
}

async function pagesOf(stream: string, options: EntryPagesOptions): Promise<EntryPage[]> {
  const pages: EntryPage[] = [];
  for await (const page of looking.monitor.pages(stream, options)) pages.push(page);
  return pages;
}

describe('reading a stream page by page', () => {
  it('brings no more than a reply may have, however many large entries there are, and leaves none out', async () => {
    const ids = await append('large', Array<number>(60).fill(LARGE));
    const pages = await pagesOf('large', { replyBytes: REPLY });
    expect(pages.flatMap(({ entries }) => entries.map(({ id }) => id))).toEqual(ids);
    // The first one, too, which knows nothing of their size yet.
    expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(REPLY + LARGE);
    expect(pages.at(-1)?.isEnd).toBe(true);
  });

  it('brings no large ones unawares after many small ones', async () => {
    const ids = await append('mixed', [...Array<number>(300).fill(10), ...Array<number>(200).fill(LARGE)]);
    const pages = await pagesOf('mixed', { replyBytes: REPLY });
    expect(pages.flatMap(({ entries }) => entries.map(({ id }) => id))).toEqual(ids);
    expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(REPLY + LARGE);
    expect(Math.max(...pages.map(({ scanned }) => scanned))).toBe(128);
  });

  it('goes from the newest to the oldest, too, within a range, and gives those that are wanted alone', async () => {
    const ids = await append('chosen', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const pages = await pagesOf('chosen', {
      order: 'newest-first',
      from: ids[1] ?? '',
      to: `(${ids[11] ?? ''}`,
      wanted: ({ fields }) => (fields[1]?.length ?? 0) % 2 === 0,
    });
    expect(pages.flatMap(({ entries }) => entries.map(({ id }) => id))).toEqual([9, 7, 5, 3, 1].map((n) => ids[n]));
    expect(pages.reduce((sum, { scanned }) => sum + scanned, 0)).toBe(10);
    expect(pages.at(-1)).toMatchObject({ last: ids[1], isEnd: true });
  });

  it('gives the entries of all partitions in the order of their ids, each once', async () => {
    await using divided = await startWorker(redis.url, { prefix: 'parts', partitions: 3 });
    const ids: string[] = [];
    for (let number = 0; number < 200; number += 1) {
      const key = `{parts:${String(number % 7 === 0 ? 0 : (number % 2) + 1)}}:notes`;
      const id = `${String(1000 + number)}-0`;
      ids.push(String(await redis.client.xadd(key, id, 'data', 'x'.repeat(number * 10))));
    }
    for (const order of ['oldest-first', 'newest-first'] as const) {
      const seen: string[] = [];
      for await (const page of divided.monitor.pages('notes', { order, replyBytes: 5000 }))
        for (const { id } of page.entries) seen.push(id);
      expect(seen).toEqual(order === 'oldest-first' ? ids : ids.toReversed());
    }
  });
});

describe('dead letters', () => {
  it('are listed however large they are, and read newest first', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 120; number += 1) {
      const about = ['entry_id', `${String(number + 1)}-1`, 'group', 'g', 'handler', 'h', 'reason', 'exhausted'];
      const deadLetter = [...about, 'entry.data', 'x'.repeat(number % 3 === 0 ? LARGE : 10)];
      ids.push(String(await redis.client.xadd('sizes:broken:dead-letters', '*', ...deadLetter)));
    }
    const listed = await deadLetters.list('broken', {}, { count: 1000 });
    expect(listed.map(({ id }) => id)).toEqual(ids);
    const newest: string[] = [];
    for await (const page of deadLetters.pages('broken', { order: 'newest-first', replyBytes: REPLY })) {
      expect(page.bytes).toBeLessThan(REPLY + 8 * LARGE);
      newest.push(...page.deadLetters.map(({ id }) => id));
    }
    expect(newest).toEqual(ids.toReversed());
  });

  it('on their way back are told beyond the first hundred', async () => {
    for (let number = 1; number <= 150; number += 1) {
      const deadLetter = ['stream', 'sizes:back', 'entry_id', `${String(number)}-1`, 'group', 'g', 'handler', 'h'];
      const fields = [...deadLetter, 'reason', 'exhausted', 'entry.data', '{}'];
      await redis.client.xadd('sizes:back:dead-letters', '*', ...fields);
    }
    expect(await deadLetters.replayAll('back')).toBe(150);
    const back = await deadLetters.replaying('back', ['g']);
    expect(back.map(({ entryId }) => entryId)).toEqual(Array.from({ length: 150 }, (_, n) => `${String(n + 1)}-1`));
  });
});
