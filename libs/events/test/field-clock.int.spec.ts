import { eventually, freshRedis } from '@repo/testing';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { noteHandler } from './handlers.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

describe('a clock that is set', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['ahead', 3_600_000, 1],
    ['back', -3_600_000, 4],
  ])('%s is no reading loop that stands still, and none that is newer than now', async (_, stepMs, partitions) => {
    await using redis = await freshRedis();
    const seen: number[] = [];
    await using worker = await startWorker(redis.url, { partitions }, [
      noteHandler(({ data }) => void seen.push(data.number)),
    ]);
    const health = worker.app.get(EventsHealthIndicator);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + stepMs });
    expect(health.loop()).toMatchObject({ consumer: { status: 'up' } });
    expect(worker.consumer.idleMs).toBeGreaterThanOrEqual(0);
    await worker.producer.publishAll(notes('a', 2));
    await eventually('they are handled', () => seen.length === 2);
  });
});
