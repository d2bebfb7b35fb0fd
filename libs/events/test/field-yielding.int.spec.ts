import { once } from 'node:events';
import { Worker as Thread } from 'node:worker_threads';
import { compiledProgram, eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const EVENTS = 12;
const CONCURRENCY = 4;
const BUSY_MS = 350;
/** All of them take far longer; and it is long enough for one of them, and a busy machine, between two renewals. */
const CLAIM_AFTER_MS = 2100;

function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

async function awaitWhatIsThere(ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end;) await Promise.resolve();
}

describe('handlers that do not wait for anything', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each([
    ['compute', 'sync', compute],
    ['await only what is there already', 'microtasks', awaitWhatIsThere],
  ])(
    'and %s let claims be renewed, and everything else of the process have its turn',
    async (_, prefix, work: (ms: number) => unknown) => {
      const turns: number[] = [];
      let turn = 0;
      const ticking = setInterval(() => {
        turn += 1;
      }, 1);
      const handler = noteHandler(async () => {
        turns.push(turn);
        await work(BUSY_MS);
      });
      await using worker = await startWorker(
        redis.url,
        { prefix, consumer: { concurrency: CONCURRENCY, claimAfterMs: CLAIM_AFTER_MS } },
        [handler],
      );
      const watcher = new Thread(compiledProgram(new URL('fixtures/longest-idle.ts', import.meta.url)), {
        workerData: { url: redis.url, stream: `${prefix}:notes`, group: 'testers' },
      });
      await once(watcher, 'message');
      await worker.producer.publishAll(
        Array.from({ length: EVENTS }, (_, number) => ({
          event: NoteTaken,
          data: { topic: `topic ${String(number)}`, number },
        })),
      );
      await eventually('all are handled', () => worker.observations.length === EVENTS);
      clearInterval(ticking);
      watcher.postMessage('stop');
      const [longestMs] = (await once(watcher, 'message')) as [number];
      expect(longestMs).toBeLessThan(CLAIM_AFTER_MS);
      // When it is known what they take each has a turn of its own, and between them timers run.
      expect(new Set(turns).size).toBeGreaterThan(EVENTS - CONCURRENCY);
    },
  );

  it('and are short share a turn', async () => {
    let turn = 0;
    let isCounting = false;
    const count = (): void => {
      turn += 1;
      if (isCounting) setImmediate(count);
    };
    const turns = new Set<number>();
    let handled = 0;
    const handler = noteHandler(() => {
      turns.add(turn);
      handled += 1;
    });
    await using worker = await startWorker(redis.url, { prefix: 'short' }, [handler]);
    isCounting = true;
    count();
    await worker.producer.publishAll(
      Array.from({ length: 100 }, (_, number) => ({
        event: NoteTaken,
        data: { topic: `topic ${String(number)}`, number },
      })),
    );
    await eventually('all are handled', () => handled === 100);
    isCounting = false;
    expect(turns.size).toBeLessThan(50);
  });
});
