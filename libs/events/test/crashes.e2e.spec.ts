import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type ChildWorker } from './child-worker.js';
import { readEntries } from './entries.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const EVENTS = 12;
const DEADLY = 5;
/** Two that hold many events, and two that try the suspect alone. */
const DEATHS = 4;

describe('an event that ends its worker', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('is tried alone, becomes a dead letter, and costs the others nothing', async () => {
    await using publisher = await startWorker(redis.url, { prefix: 'deadly', group: null });
    const settings = {
      redis: redis.url,
      prefix: 'deadly',
      dieOf: DEADLY,
      pauseMs: 20,
      consumer: { claimAfterMs: 300, concurrency: 4 },
    };
    await publisher.producer.publishAll(
      Array.from({ length: EVENTS }, (_, number) => ({
        event: NoteTaken,
        data: { topic: `topic ${String(number)}`, number },
      })),
    );
    const lives: ChildWorker[] = [];
    const isOver = () => redis.client.xlen('deadly:notes:dead-letters');
    try {
      while (!(await isOver())) {
        expect(lives.length).toBeLessThanOrEqual(DEATHS);
        const life = await startChild(settings);
        lives.push(life);
        let hasEnded = false;
        void life.exited.then(() => (hasEnded = true));
        await eventually('it ends, or the event is a dead letter', async () => hasEnded || (await isOver()));
      }
      await eventually(
        'nothing is pending',
        async () => (await publisher.monitor.pending('notes', 'testers')).count === 0,
      );
    } finally {
      await Promise.all(lives.map((life) => life[Symbol.asyncDispose]()));
    }

    expect(lives).toHaveLength(DEATHS + 1);
    const [letter, ...more] = await readEntries(redis.client, 'deadly:notes:dead-letters');
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ reason: 'crashed', error_name: 'WorkerCrashedError', attempts: '2' });
    expect(JSON.parse(letter?.['entry.data'] ?? '')).toMatchObject({ number: DEADLY });
    const others = Array.from({ length: EVENTS }, (_, number) => number).filter((number) => number !== DEADLY);
    const once = Object.fromEntries(others.map((number) => [String(number), '1']));
    expect(await redis.client.hgetall('deadly:tester:effects')).toEqual(once);
    // From the third life on it was alone: nothing else had begun before it that had not ended.
    for (const life of lives.slice(2, DEATHS)) expect(life.running.at(-1)).toBe(DEADLY);
    expect(await redis.client.exists('deadly:notes:testers:deliveries')).toBe(0);
  });
});
