import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

const LATER = { attempts: 5, firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 };

describe('retries', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('count their attempts, and leave nothing behind when one succeeds', async () => {
    const attempts: number[] = [];
    const handler = noteHandler(
      (_, { attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error(`failure ${String(attempt)}`);
      },
      { retry: SOON },
    );
    await using worker = await startWorker(redis.url, { prefix: 'count' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is acknowledged', async () => {
      return attempts.length === 3 && (await worker.monitor.pending('notes', 'testers')).count === 0;
    });
    await eventually('the worker has the answer', () => worker.observations.length === 3);
    expect(attempts).toEqual([1, 2, 3]);
    expect(worker.observations).toMatchObject([
      {
        kind: 'retried',
        attempt: 1,
        counts: true,
        handler: 'Notes.onNote',
        partitionKey: 'a',
        error: { message: 'failure 1' },
      },
      { kind: 'retried', attempt: 2, error: { message: 'failure 2' } },
      { kind: 'handled', attempt: 3, eventType: 'note_taken' },
    ]);
    expect(await redis.client.keys('count:*')).not.toContain('count:notes:testers:deliveries');
    expect(await redis.client.exists('count:notes:dead-letters')).toBe(0);
  });

  it('and other handlers get the event as it was published, even if an earlier run has changed its copy', async () => {
    const seen: unknown[] = [];
    const spoiling = (name: string) =>
      noteHandler(
        (event, { attempt }) => {
          seen.push([name, attempt, event.data.number, event.correlation_id]);
          event.data.number = 99;
          event.correlation_id = 'spoilt';
          if (attempt === 1) throw new Error('spoilt');
        },
        { retry: SOON },
        name,
      );
    await using worker = await startWorker(redis.url, { prefix: 'spoilt' }, [spoiling('One'), spoiling('Two')]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 }, { correlationId: 'c1' });
    await eventually('both have succeeded', () => seen.length === 4);
    expect(seen.sort()).toEqual([
      ['One', 1, 1, 'c1'],
      ['One', 2, 1, 'c1'],
      ['Two', 1, 1, 'c1'],
      ['Two', 2, 1, 'c1'],
    ]);
  });

  it('do not hold up events of other keys while they wait', async () => {
    const seen: string[] = [];
    const handler = noteHandler(
      ({ data }) => {
        seen.push(`${data.topic} ${String(data.number)}`);
        if (data.topic === 'failing') throw new Error('fails for an hour');
      },
      { retry: LATER },
    );
    // One handler at a time: an event that waits must not occupy its place.
    await using worker = await startWorker(redis.url, { prefix: 'others', consumer: { concurrency: 1 } }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'failing', number: 0 });
    await eventually('it has failed', () => worker.observations.length === 1);
    await worker.producer.publishAll([...notes('failing', 2), ...notes('fine', 3)]);
    await eventually('the others are handled', () => seen.includes('fine 2'));
    // Events of the same key wait: they must not overtake.
    expect(seen).toEqual(['failing 0', 'fine 0', 'fine 1', 'fine 2']);
    await eventually('the others are settled', () => worker.consumer.inFlight === 3);
  });

  it('keep the order of their key', async () => {
    const seen: string[] = [];
    const handler = noteHandler(
      ({ data }, { attempt }) => {
        seen.push(`${String(data.number)}.${String(attempt)}`);
        if (data.number % 2 === 0 && attempt < 3) throw new Error('again');
      },
      { retry: SOON },
    );
    await using worker = await startWorker(redis.url, { prefix: 'order' }, [handler]);
    await worker.producer.publishAll(notes('a', 4));
    await eventually('all are handled', () => seen.includes('3.1'));
    expect(seen).toEqual(['0.1', '0.2', '0.3', '1.1', '2.1', '2.2', '2.3', '3.1']);
  });

  it('are counted on by another worker', async () => {
    const seen: { number: number; attempt: number; consumer: string }[] = [];
    const handler = noteHandler(
      ({ data }, { attempt, consumer }) => {
        seen.push({ number: data.number, attempt, consumer });
        // The first worker stops when its second attempt has failed.
        if (attempt === 2) void first.stop();
        if (attempt < 4) throw new Error('again');
      },
      { retry: { attempts: 5, firstDelayMs: 100, maxDelayMs: 100 } },
    );
    const first = await startWorker(redis.url, { prefix: 'moved' }, [handler]);
    await first.producer.publish(NoteTaken, { topic: 'a', number: 7 });
    await eventually('two attempts have failed', () => seen.length === 2);
    await first.stop();

    await using second = await startWorker(redis.url, { prefix: 'moved' }, [handler]);
    await eventually('the second worker has handled it', () =>
      second.observations.some(({ kind }) => kind === 'handled'),
    );
    const names = [first, first, second, second].map(({ consumer }) => consumer.name);
    expect(seen).toEqual(names.map((consumer, index) => ({ number: 7, attempt: index + 1, consumer })));
    expect(await redis.client.exists('moved:notes:testers:deliveries')).toBe(0);
  });

  it('end with a dead letter that has all about them', async () => {
    class GatewayError extends Error {
      override name = 'GatewayError';
    }
    const handler = noteHandler(
      (_, { attempt }) => {
        throw new GatewayError(`gateway timed out, attempt ${String(attempt)}`);
      },
      { retry: { ...SOON, attempts: 3 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'all' }, [handler]);
    const started = Date.now();
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 }, { correlationId: 'c-1' });
    await eventually('it is acknowledged', async () => {
      return worker.consumer.inFlight === 0 && (await redis.client.xlen('all:notes:dead-letters')) === 1;
    });
    const [original] = await readEntries(redis.client, 'all:notes');
    const [deadLetter = {}, ...more] = await readEntries(redis.client, 'all:notes:dead-letters');
    expect(more).toEqual([]);
    expect(deadLetter).toMatchObject({
      stream: 'all:notes',
      entry_id: id,
      group: 'testers',
      handler: 'Notes.onNote',
      reason: 'exhausted',
      attempts: '3',
      error_name: 'GatewayError',
      error_message: 'gateway timed out, attempt 3',
    });
    expect(deadLetter['error_stack']).toContain('retries.int.spec.ts');
    const first = Date.parse(deadLetter['first_failed_at'] ?? '');
    const last = Date.parse(deadLetter['last_failed_at'] ?? '');
    expect(started <= first && first <= last && last <= Date.now()).toBe(true);
    const fields = Object.entries(deadLetter).filter(([name]) => name.startsWith('entry.'));
    expect(Object.fromEntries(fields.map(([name, value]) => [name.slice('entry.'.length), value]))).toEqual(original);

    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
    expect(await redis.client.exists('all:notes:testers:deliveries')).toBe(0);
    expect(worker.observations.at(-1)).toMatchObject({ kind: 'dead-lettered', reason: 'exhausted', attempt: 3, id });
  });

  it.each([
    ['an UnrecoverableError', { attempts: 5 }, new UnrecoverableError('no such customer'), 'unrecoverable'],
    ['a single attempt', { attempts: 1 }, new Error('once is enough'), 'exhausted'],
  ])('are not made for %s', async (_, retry, error, reason) => {
    let runs = 0;
    const handler = noteHandler(
      ({ data }) => {
        if (data.number > 0) return;
        runs += 1;
        throw error;
      },
      { retry },
    );
    await using worker = await startWorker(redis.url, { prefix: reason }, [handler]);
    await worker.producer.publishAll(notes('a', 2));
    // The follower of its key goes on.
    await eventually('both are settled', () => worker.observations.length === 2);
    expect(worker.observations).toMatchObject([
      { kind: 'dead-lettered', reason, attempt: 1 },
      { kind: 'handled', attempt: 1 },
    ]);
    expect(runs).toBe(1);
    expect(await readEntries(redis.client, `${reason}:notes:dead-letters`)).toMatchObject([
      { reason, attempts: '1', error_message: error.message },
    ]);
  });

  it('survive whatever a handler throws', async () => {
    const thrown: unknown[] = [undefined, 'text', Object.create(null), { message: 'no Error' }, Symbol('odd')];
    const handler = noteHandler(
      ({ data }) => {
        throw thrown[data.number];
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'thrown' }, [handler]);
    await worker.producer.publishAll(notes('a', thrown.length));
    await eventually('all are dead letters', async () => {
      return (await redis.client.xlen('thrown:notes:dead-letters')) === thrown.length;
    });
    await eventually('nothing is in flight', () => worker.consumer.inFlight === 0);
  });
});
