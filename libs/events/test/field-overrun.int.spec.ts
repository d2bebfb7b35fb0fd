import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters } from 'nestjs-event-streams';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteTaken, notes } from './notes.js';
import { deliverToTheDead } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

const timedOut = ({ observations }: Worker): number =>
  observations.filter((one) => one.kind === 'retried' && one.error.name === 'HandlerTimeoutError').length;

describe('a handler that runs on after its time limit', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('keeps its key: the retry begins when it has ended, and what follows comes after that', async () => {
    const gate = new Gate();
    const steps: string[] = [];
    const handler = noteHandler(
      async ({ data: { topic, number } }, { attempt, transaction }) => {
        if (topic === 'fails') throw new Error('no stock');
        const run = `${topic}${String(number)} ${String(attempt)}`;
        steps.push(`${run} begins`);
        if (run === 'a0 1') await gate.pass();
        steps.push(`${run} ends`);
        transaction.incrby('effects', 1);
      },
      { retry: SOON, timeoutMs: 100 },
    );
    await using worker = await startWorker(redis.url, { prefix: 'keeps' }, [handler]);
    await worker.producer.publishAll([...notes('a', 2), ...notes('b', 20)]);
    await eventually('the time of the first is up', () => timedOut(worker) === 1);
    await eventually('those of another key are handled', () => steps.length === 41);
    // So the failure is counted, whatever becomes of the worker.
    await eventually('its failure is noted', async () => {
      return /^1 \d+ $/.test(String(await redis.client.hvals('keeps:notes:testers:deliveries')));
    });
    // What fails as often as it may waits longer, in all, than the first does before its second try.
    await worker.producer.publishAll(notes('fails', 1));
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('that is a dead letter', async () => (await deadLetters.list('notes')).length === 1);
    expect(steps.filter((step) => step.startsWith('a'))).toEqual(['a0 1 begins']);
    gate.open();
    await eventually('all are handled', () => steps.length === 46);
    expect(steps.filter((step) => step.startsWith('a'))).toEqual(
      ['a0 1 begins', 'a0 1 ends', 'a0 2 begins', 'a0 2 ends', 'a1 1 begins', 'a1 1 ends'], // prettier-ignore
    );
    await eventually('nothing is pending', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
    expect(await redis.client.get('keeps:tester:effects')).toBe('22');
  });

  it('keeps its slot, and its key even after its dead letter', async () => {
    const gate = new Gate();
    let running = 0;
    let most = 0;
    let handled = 0;
    const handler = noteHandler(
      async ({ data: { topic } }) => {
        most = Math.max(most, (running += 1));
        if (topic.startsWith('hangs')) await gate.pass();
        running -= 1;
        handled += 1;
      },
      { retry: { ...SOON, attempts: 1 }, timeoutMs: 50 },
    );
    await using worker = await startWorker(redis.url, { prefix: 'slots', consumer: { concurrency: 2 } }, [handler]);
    await worker.producer.publishAll([...notes('hangs', 2), ...notes('b', 20)]);
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('the first is a dead letter', async () => (await deadLetters.list('notes')).length === 1);
    await eventually('the others are handled', () => handled === 20);
    expect([running, most]).toEqual([1, 2]);
    await worker.producer.publishAll(notes('hangs too', 1));
    await eventually('that one is a dead letter, too', async () => (await deadLetters.list('notes')).length === 2);
    await worker.producer.publishAll(notes('c', 5));
    await eventually('they are read', () => worker.consumer.inFlight === 8);
    expect([running, handled]).toEqual([2, 20]);
    gate.open();
    await eventually('all have ended', () => handled === 28 && worker.consumer.inFlight === 0);
    expect(most).toBe(2);
  });

  it('makes the worker unhealthy beyond the second limit, and the log says so', async () => {
    const gate = new Gate();
    const handler = noteHandler(() => gate.pass(), { retry: SOON, timeoutMs: 50 });
    await using worker = await startWorker(redis.url, { prefix: 'stuck', consumer: { overrunMs: 200 } }, [handler]);
    const logs = collectLogs();
    const health = worker.app.get(EventsHealthIndicator);
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const said = new RegExp(`^Notes.onNote goes on with stuck:notes ${id}, \\d+ ms after its time limit of 50 ms`);
    await eventually('it is unhealthy', () => health.loop()['consumer']?.status === 'down');
    expect(health.loop()['consumer']).toMatchObject({ message: expect.stringMatching(said) as string });
    expect(logs.errors.filter((line) => said.test(line))).toHaveLength(1);
    gate.open();
    await eventually('it is healthy again', () => health.loop()['consumer']?.status === 'up');
    await eventually('it is handled', () => worker.observations.some(({ kind }) => kind === 'handled'));
  });

  it('lets others go on after a quarantine run, whose end is noted when it has really ended', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    const handler = noteHandler(
      async ({ data: { topic } }, { attempt }) => {
        if (topic === 'quarantined' && attempt === 1) await gate.pass();
        seen.push(topic);
      },
      { retry: SOON, timeoutMs: 100 },
    );
    await using publisher = await startWorker(redis.url, { prefix: 'quarantine', group: null });
    await publisher.producer.publish(NoteTaken, { topic: 'quarantined', number: 1 });
    const [id = ''] = await deliverToTheDead(redis.client, 'quarantine:notes', 1);
    // It was delivered twice, and not settled.
    await redis.client.xclaim('quarantine:notes', 'testers', 'dead', 0, id, 'IDLE', 3_600_000, 'RETRYCOUNT', 2);
    await using worker = await startWorker(redis.url, { prefix: 'quarantine' }, [handler]);
    await eventually('its time is up', () => timedOut(worker) === 1);
    await worker.producer.publishAll(notes('b', 20));
    await eventually('others are handled', () => seen.length === 20);
    await eventually('its failure is noted, and that it has not ended', async () => {
      const note = await redis.client.hget('quarantine:notes:testers:deliveries', `${id}|Notes.onNote`);
      return /^1 \d+ \S+\/\d+$/.test(String(note));
    });
    gate.open();
    await eventually('it is handled', () => seen.filter((topic) => topic === 'quarantined').length === 2);
    await eventually(
      'nothing is noted',
      async () => (await redis.client.exists('quarantine:notes:testers:deliveries')) === 0,
    );
  });

  it('holds up shutdown until its deadline at most, and no retry begins meanwhile', async () => {
    let runs = 0;
    const handler = noteHandler(
      () => {
        runs += 1;
        return new Promise(() => undefined);
      },
      { retry: SOON, timeoutMs: 50 },
    );
    const worker = await startWorker(redis.url, { prefix: 'leaves', consumer: { drainMs: 300 } }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('its time is up', () => timedOut(worker) === 1);
    await worker.stop();
    expect(runs).toBe(1);
    expect(worker.observations.at(-1)).toMatchObject({ kind: 'handed-back', count: 1 });
    let attempts: number | undefined;
    await using next = await startWorker(redis.url, { prefix: 'leaves' }, [
      noteHandler((_, { attempt }) => (attempts = attempt)),
    ]);
    await eventually('another worker tries again', () => next.observations.some(({ kind }) => kind === 'handled'));
    expect(attempts).toBe(2);
  });

  it('loses its partition after the deadline, and changes nothing there any more', async () => {
    const gate = new Gate();
    const consumers: string[] = [];
    const errors: unknown[] = [];
    const handler = noteHandler(
      async (_, { consumer, transaction }) => {
        if (consumers.push(consumer) === 1) await gate.pass();
        try {
          transaction.incrby('effects', 1);
        } catch (error) {
          errors.push(error);
        }
      },
      { retry: SOON, timeoutMs: 50 },
    );
    const options = { prefix: 'parts', partitions: 2, consumer: { drainMs: 300, leaseMs: 900 } };
    const one = await startWorker(redis.url, options, [handler]);
    await one.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('its time is up', () => timedOut(one) === 1);
    await using two = await startWorker(redis.url, options, [handler]);
    await one.stop();
    await eventually('the other has handled it', () => two.observations.some(({ kind }) => kind === 'handled'));
    gate.open();
    await eventually('the first has ended', () => errors.length === 1);
    expect(errors).toMatchObject([{ name: 'TransactionOverError', handler: 'Notes.onNote', method: 'incrby' }]);
    expect(consumers).toEqual([one.consumer.name, two.consumer.name]);
    expect(await redis.client.keys('{parts:*}:tester:effects')).toHaveLength(1);
  });
});
