import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DeadLetterActionResult,
  DeadLetterGroups,
  DeadLetterHistory,
  DeadLetterPage,
  DeadLetterPreview,
} from '../src/contract/dead-letters.js';
import type { Journey } from '../src/contract/journey.js';
import type { Overview } from '../src/contract/overview.js';
import type { EntryDetail } from '../src/contract/streams.js';
import { startConsole, type Console } from './console.js';
import { startWorker } from './worker.js';

/** More than one request acts on, and more than were looked at once. */
const DEAD_LETTERS = 10_500;

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

const KEY = 'mail:parcels:dead-letters';

/** Dead letters of entries in a row, each given up by two groups. */
async function giveUp(count: number, from: number): Promise<void> {
  const pipeline = redis.client.pipeline();
  for (let number = from; number < from + count; number += 1) {
    const entry = `${String(1000 + Math.floor(number / 2))}-0`;
    const about = ['stream', 'mail:parcels', 'entry_id', entry, 'group', number % 2 === 0 ? 'even' : 'odd'];
    const error = ['handler', 'h', 'reason', 'exhausted', 'attempts', '1', 'error_name', 'E', 'error_message', 'no'];
    pipeline.xadd(KEY, `${String(100_000 + number)}-0`, ...about, ...error, 'entry.data', '{}');
  }
  await pipeline.exec();
}

const complete = () =>
  eventually('all are looked at', async () => {
    const groups = await site.get<DeadLetterGroups>('/api/dead-letters?stream=parcels');
    return groups.isComplete && groups;
  });

describe('many dead letters', () => {
  it('are all listed, the newest first, and each is read once', async () => {
    await redis.client.xadd('mail:parcels', '1-0', 'no', 'event');
    await giveUp(DEAD_LETTERS, 0);
    const groups = await complete();
    expect(groups).toMatchObject({ total: DEAD_LETTERS, lookedAt: DEAD_LETTERS, entries: DEAD_LETTERS / 2 });
    expect(groups.causes.map(({ group, count }) => [group, count]).sort()).toEqual([
      ['even', DEAD_LETTERS / 2],
      ['odd', DEAD_LETTERS / 2],
    ]);
    const newest = `${String(100_000 + DEAD_LETTERS - 1)}-0`;
    const odd = groups.causes.find(({ group }) => group === 'odd');
    expect(odd?.sample.id).toBe(newest);
    const page = await site.get<DeadLetterPage>(`/api/dead-letters/causes/${odd?.id ?? ''}?count=2`);
    expect(page.deadLetters.map(({ id }) => id)).toEqual([newest, `${String(100_000 + DEAD_LETTERS - 3)}-0`]);

    await redis.client.config('RESETSTAT');
    await giveUp(2, DEAD_LETTERS);
    expect(await complete()).toMatchObject({ total: DEAD_LETTERS + 2 });
    const stats = await redis.client.info('commandstats');
    // What is new, and no page of what was known.
    expect(Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0)).toBeLessThan(10);
    expect(Number(/cmdstat_xrevrange:calls=(\d+)/.exec(stats)?.[1] ?? 0)).toBeLessThan(10);
  });

  it('are counted, and so are the events that they are of', async () => {
    const { findings } = await eventually('all of them were looked at', async () => {
      const seen = await site.get<Overview>('/api/overview');
      return seen.findings.some(({ title }) => title === '10,502 dead letters of parcels') && seen;
    });
    const [finding] = findings.filter(({ id }) => id === 'dead-letters:parcels');
    expect(finding?.detail).toContain('They are of 5,251 events');
  });

  it('leave the list when they are discarded, by the library or by hand', async () => {
    const { causes } = await complete();
    const odd = causes.find(({ group }) => group === 'odd');
    const [newest] = (await site.get<DeadLetterPage>(`/api/dead-letters/causes/${odd?.id ?? ''}?count=1`)).deadLetters;
    const selection = { stream: 'parcels', ids: [newest?.id ?? ''] };
    await site.post('/api/dead-letters/act', { action: 'discard', selection });
    expect((await complete()).causes.find(({ group }) => group === 'odd')?.count).toBe(5250);
    await redis.client.xdel(KEY, '100000-0', '100002-0');
    const left = await complete();
    expect(left.total).toBe(10_499);
    expect(left.causes.find(({ group }) => group === 'even')?.count).toBe(5249);
  });

  it('of one cause are replayed or discarded ten thousand at a time, and the preview says how many stay', async () => {
    await redis.client.del(KEY);
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 10_003; number += 1) {
      const about = [
        'stream',
        'mail:parcels',
        'entry_id',
        `${String(1000 + number)}-0`,
        'group',
        'one',
        'handler',
        'h',
      ];
      const error = ['reason', 'exhausted', 'error_name', 'E', 'error_message', 'no', 'entry.data', '{}'];
      pipeline.xadd(KEY, `${String(300_000 + number)}-0`, ...about, ...error);
    }
    await pipeline.exec();
    const { causes } = await complete();
    const body = { action: 'discard', selection: { causeId: causes[0]?.id } };
    const preview = await site.post<DeadLetterPreview>('/api/dead-letters/preview', body);
    expect(preview).toMatchObject({ count: 10_000, beyond: 3 });
    expect(preview.effects.join(' ')).toContain('the 10,000 oldest events; 3 more stay as they are');
    expect(await site.post<DeadLetterActionResult>('/api/dead-letters/act', body)).toMatchObject({
      done: 10_000,
      beyond: 3,
    });
    expect(await complete()).toMatchObject({ total: 3 });
    await redis.client.del(KEY);
  });
});

describe('an event that was given up long ago', () => {
  it('is shown as a dead letter with its last attempt, in its drawer and its journey', async () => {
    await using worker = await startWorker(
      redis.url,
      'post',
      ({ data }) => {
        if (data.to === 'nowhere') throw new Error('no such place');
      },
      { retry: { attempts: 3, firstDelayMs: 20, maxDelayMs: 20 } },
    );
    await using post = await startConsole(redis.url, { EVENTS_PREFIX: 'post' });
    const id = await worker.send('nowhere', 'lost-journey');
    await eventually('it is given up', () => redis.client.xlen('post:parcels:dead-letters'));
    const deadLetter = (await redis.client.xrange('post:parcels:dead-letters', '-', '+'))[0]?.[0];
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 1200; number += 1) {
      const about = [
        'stream',
        'post:parcels',
        'entry_id',
        `${String(number + 1)}-0`,
        'group',
        'others',
        'handler',
        'h',
      ];
      pipeline.xadd('post:parcels:dead-letters', '*', ...about, 'reason', 'exhausted', 'entry.data', '{}');
    }
    await pipeline.exec();

    const { deliveries } = await post.get<EntryDetail>(`/api/streams/parcels/entries/${id}`);
    expect(deliveries).toMatchObject([{ group: 'receivers', state: 'dead-lettered', deadLetterId: deadLetter }]);
    const [delivery] = deliveries;
    const journey = await post.get<Journey>('/api/journeys/lost-journey');
    expect(journey).toMatchObject({ state: 'failed', events: [{ handledBy: [{ state: 'dead-lettered' }] }] });
    expect(delivery?.attempts).toMatchObject([{ failures: 3 }]);
    expect(delivery?.givenUpMs).toBeGreaterThan(delivery?.attempts[0]?.firstFailureMs ?? Infinity);
  });
});

describe('a replayed event', () => {
  it('is in the history as a dead letter if it failed again, else as settled', async () => {
    let isMended = false;
    await using worker = await startWorker(redis.url, 'again', () => {
      if (!isMended) throw new UnrecoverableError('still broken');
    });
    await using again = await startConsole(redis.url, { EVENTS_PREFIX: 'again' });
    await worker.send('ada');
    await worker.send('grace');
    const groups = () => again.get<DeadLetterGroups>('/api/dead-letters');
    const both = await eventually('both are given up', async () => {
      const { causes } = await groups();
      return causes[0]?.count === 2 && causes[0];
    });
    const history = async () =>
      (await again.get<DeadLetterHistory>('/api/dead-letters/history')).actions.map(({ became }) => became);
    await again.post('/api/dead-letters/act', { action: 'replay', selection: { causeId: both.id } });
    await eventually('both are dead letters again', async () =>
      (await history()).every((became) => became === 'dead-letter'),
    );
    isMended = true;
    await again.post('/api/dead-letters/act', { action: 'replay', selection: { causeId: both.id } });
    await eventually('both are settled', async () => (await history()).every((became) => became === 'settled'));
    expect(await history()).toHaveLength(4);
  });
});
