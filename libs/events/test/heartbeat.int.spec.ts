import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { looksOf } from './redis-state.js';
import { startWorker } from './worker.js';

/** Two workers look about twice in that time, each. Long enough for a busy machine to renew in time. */
const CLAIM_AFTER_MS = 800;
const LOOKS_OF_BOTH = 16;

describe('heartbeat', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('keeps a delivery whose handler takes four times as long as a claim lasts', async () => {
    const runs: string[] = [];
    const handler = noteHandler(async ({ data }, { consumer, transaction, signal }) => {
      runs.push(consumer);
      const started = Date.now();
      const looks = await looksOf(redis.client);
      await eventually('the others have looked many times', async () => {
        return Date.now() - started > 4 * CLAIM_AFTER_MS && (await looksOf(redis.client)) - looks >= LOOKS_OF_BOTH;
      });
      expect(signal.aborted).toBe(false);
      transaction.incrby(data.topic, 1);
    });
    const options = { prefix: 'long', consumer: { claimAfterMs: CLAIM_AFTER_MS } };
    await using one = await startWorker(redis.url, options, [handler]);
    await using two = await startWorker(redis.url, options, [handler]);
    await one.producer.publish(NoteTaken, { topic: 'slow', number: 1 });
    const observations = () => [...one.observations, ...two.observations];
    await eventually('it is handled', () => observations().length > 0);
    expect(observations()).toMatchObject([{ kind: 'handled', attempt: 1 }]);
    expect(runs).toHaveLength(1);
    expect(await redis.client.get('long:tester:slow')).toBe('1');
  });

  it('covers deliveries that wait for their turn, or for a retry', async () => {
    const seen: { number: number; consumer: string }[] = [];
    let isMended = false;
    const handler = noteHandler(
      ({ data }, { consumer }) => {
        if (!isMended) throw new Error('not yet');
        seen.push({ number: data.number, consumer });
      },
      { retry: { attempts: 100, firstDelayMs: 100, maxDelayMs: 100 } },
    );
    const options = { prefix: 'wait', consumer: { claimAfterMs: CLAIM_AFTER_MS } };
    await using one = await startWorker(redis.url, options, [handler]);
    // One key: the first fails, and 49 wait behind it.
    await one.producer.publishAll(notes('a', 50));
    await eventually('the first has failed', () => one.observations.length > 0);
    await using two = await startWorker(redis.url, options, [handler]);
    const looks = await looksOf(redis.client);
    await eventually('the other has looked', async () => (await looksOf(redis.client)) - looks >= LOOKS_OF_BOTH / 2);
    expect(two.consumer.inFlight).toBe(0);
    isMended = true;
    await eventually('all are handled', () => seen.length === 50);
    expect(seen).toEqual(notes('a', 50).map(({ data }) => ({ number: data.number, consumer: one.consumer.name })));
  });

  it('does not steal back an entry that another consumer has taken over, and tells the handler', async () => {
    let aborted: unknown;
    const handler = noteHandler(async (_, { signal, stream, group, id }) => {
      await redis.client.xclaim(stream, group, 'thief', 0, id);
      await eventually('the signal is aborted', () => signal.aborted);
      aborted = signal.reason;
      expect(await redis.client.xpending(stream, group, id, id, 1)).toMatchObject([[id, 'thief']]);
    });
    // The thief is alive as long as the test renews its claim.
    await using worker = await startWorker(redis.url, { prefix: 'thief', consumer: { claimAfterMs: 1000 } }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler knows', () => aborted);
    expect(aborted).toMatchObject({ name: 'DeliveryLostError' });
  });
});
