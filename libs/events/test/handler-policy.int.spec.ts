import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, HandlerTimeoutError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler, SOON } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

class CardExpired extends Error {}
class CardStolen extends CardExpired {}
class GatewayDown extends Error {}

describe('the policy of a handler', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('decides by the class of the error, the first rule that fits', async () => {
    const runs = new Map<string, number>();
    const errors: Record<string, Error> = {
      stolen: new CardStolen('stolen'),
      expired: new CardExpired('expired'),
      down: new GatewayDown('down'),
    };
    const handler = noteHandler(
      ({ data: { topic } }, { transaction }) => {
        runs.set(topic, (runs.get(topic) ?? 0) + 1);
        transaction.incrby('effects', 1);
        throw errors[topic] ?? new Error('unknown');
      },
      {
        retry: { ...SOON, attempts: 2 },
        errors: [
          { error: CardStolen, action: 'dead-letter' },
          { error: CardExpired, action: 'acknowledge' },
        ],
      },
    );
    await using worker = await startWorker(redis.url, { prefix: 'rules' }, [handler]);
    for (const topic of Object.keys(errors)) await worker.producer.publish(NoteTaken, { topic, number: 1 });
    await eventually('all are settled', () => {
      return (
        worker.observations.filter(({ kind }) => kind === 'dead-lettered' || kind === 'failure-acknowledged').length ===
        3
      );
    });
    expect(Object.fromEntries(runs)).toEqual({ stolen: 1, expired: 1, down: 2 });
    const deadLetters = await worker.app.get(DeadLetters).list('notes');
    expect(deadLetters.map(({ reason, errorMessage }) => [reason, errorMessage]).sort()).toEqual([
      ['exhausted', 'down'],
      ['unrecoverable', 'stolen'],
    ]);
    expect(worker.observations.find(({ kind }) => kind === 'failure-acknowledged')).toMatchObject({
      partitionKey: 'expired',
      attempt: 1,
    });
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
    // Nothing of a handler that threw is applied, also when its event is acknowledged.
    expect(await redis.client.exists('rules:tester:effects')).toBe(0);
  });

  it('ends an attempt that takes too long: tells the handler, tries again, and applies nothing of it', async () => {
    const reasons: unknown[] = [];
    const handler = noteHandler(
      async (_, { attempt, signal, transaction }) => {
        if (attempt === 1) {
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          reasons.push(signal.reason);
        }
        transaction.incrby('effects', attempt);
      },
      { retry: SOON, timeoutMs: 100 },
    );
    await using worker = await startWorker(redis.url, { prefix: 'slow' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the second try succeeds', () => worker.observations.some(({ kind }) => kind === 'handled'));
    expect(worker.observations).toMatchObject([
      { kind: 'retried', attempt: 1, counts: true, error: { name: 'HandlerTimeoutError' } },
      { kind: 'handled', attempt: 2 },
    ]);
    expect(reasons).toEqual([expect.any(HandlerTimeoutError)]);
    await worker.stop();
    expect(await redis.client.get('slow:tester:effects')).toBe('2');
  });
});
