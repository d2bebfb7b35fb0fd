import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler, SOON } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

describe('the log of failures', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const fails = () => {
    throw new RangeError('no\nstock');
  };
  async function hasDeadLetters(worker: Worker, count: number): Promise<void> {
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('all are dead letters', async () => {
      return (await deadLetters.list('notes', {}, { count: 1000 })).length === count;
    });
    await eventually('it is told', () => {
      return worker.observations.filter(({ kind }) => kind === 'dead-lettered').length === count;
    });
  }

  it('has a warning for each retry and an error for each dead letter, by default', async () => {
    const handler = noteHandler(fails, { retry: { ...SOON, attempts: 3 } });
    await using worker = await startWorker(redis.url, { prefix: 'told' }, [handler]);
    const logs = collectLogs();
    const id = await worker.producer.publish(NoteTaken, { topic: 'k\u001b[31m', number: 1 });
    await hasDeadLetters(worker, 1);
    const event = `note_taken [0-9a-f-]{36} \\(told:notes ${id}, key k\\\\u001b\\[31m\\)`;
    expect(logs.warnings).toEqual(
      [1, 2].map((attempt) => {
        const failed = `^Notes.onNote failed with ${event}, attempt ${String(attempt)}: RangeError: no\\\\u000astock`;
        return expect.stringMatching(new RegExp(`${failed}. Next attempt in \\d+ ms$`)) as string;
      }),
    );
    const given = `^${event} is a dead letter \\(exhausted\\) of Notes.onNote after attempt 3: RangeError: no\\\\u000astock$`;
    expect(logs.errors).toEqual([expect.stringMatching(new RegExp(given))]);
    expect(logs.stacks).toEqual([expect.stringMatching(/^ {2}RangeError: no\n {2}stock\n.*field-failure-log/s)]);
  });

  it('tells of entries that no handler can get', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'unread' }, [noteHandler(() => undefined)]);
    const logs = collectLogs();
    const id = await redis.client.xadd('unread:notes', '*', 'no', 'envelope');
    await hasDeadLetters(worker, 1);
    expect(logs.errors).toEqual([
      expect.stringMatching(
        `^an entry \\(unread:notes ${String(id)}\\) is a dead letter \\(undecodable\\) of no handler`,
      ),
    ]);
  });

  it('has a bound, and says how much it left out', async () => {
    const handler = noteHandler(fails, { retry: { ...SOON, attempts: 2 } });
    const worker = await startWorker(redis.url, { prefix: 'flood' }, [handler]);
    const logs = collectLogs();
    const data = (index: number): NoteTaken => ({ topic: String(index), number: 1 });
    await worker.producer.publishAll(
      Array.from({ length: 100 }, (_, index) => ({ event: NoteTaken, data: data(index) })),
    );
    await hasDeadLetters(worker, 100);
    await worker.stop();
    const count = (lines: string[], more: RegExp): [written: number, leftOut: number] => {
      const leftOut = lines.flatMap((line) => more.exec(line)?.slice(1).map(Number) ?? []);
      return [lines.length - leftOut.length, leftOut.reduce((sum, one) => sum + one, 0)];
    };
    const [warned, unwarned] = count(logs.warnings, /^Notes.onNote: (\d+) more failures that are retried$/);
    const [told, untold] = count(logs.errors, /^Notes.onNote: (\d+) more dead letters$/);
    expect([warned + unwarned, told + untold]).toEqual([100, 100]);
    expect(Math.min(unwarned, untold)).toBeGreaterThan(0);
  });

  it('is left to the observer where the option says so', async () => {
    const handler = noteHandler(fails, { retry: { ...SOON, attempts: 2 } });
    await using worker = await startWorker(redis.url, { prefix: 'untold', logFailures: false }, [handler]);
    const logs = collectLogs();
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await hasDeadLetters(worker, 1);
    expect(logs).toEqual({ warnings: [], errors: [], stacks: [] });
  });
});
