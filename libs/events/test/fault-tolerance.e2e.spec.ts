import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type ChildSettings } from './child-worker.js';
import { readEntries } from './entries.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

/** Times are such that a busy machine renews in time, and that a takeover is seen soon. */
const consumer = { claimAfterMs: 1000, batchSize: 20, readAhead: 40, concurrency: 4 };

describe('fault tolerance', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const settings = (prefix: string, more: Partial<ChildSettings> = {}): ChildSettings => ({
    redis: redis.url,
    prefix,
    consumer,
    ...more,
  });

  /** Notes of several topics, so that some wait for each other and some do not. */
  const publish = (worker: Worker, count: number) =>
    worker.producer.publishAll(
      Array.from({ length: count }, (_, number) => ({
        event: NoteTaken,
        data: { topic: `topic ${String(number % 25)}`, number },
      })),
    );

  const isQuiet = async (worker: Worker): Promise<boolean> => {
    const [group] = await worker.monitor.groups('notes');
    return group?.lag === 0 && group.pending === 0;
  };

  /** Every event has had its effects, once: on the state, and as an event that follows. */
  async function expectOnce(prefix: string, count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, number) => String(number));
    expect(await redis.client.hgetall(`${prefix}:tester:effects`)).toEqual(
      Object.fromEntries(numbers.map((n) => [n, '1'])),
    );
    const files = await readEntries(redis.client, `${prefix}:files`);
    expect(files.map(({ data = '' }) => String((JSON.parse(data) as NoteTaken).number)).sort()).toEqual(
      [...numbers].sort(),
    );
    expect(new Set(files.map((file) => file['event_id'])).size).toBe(count);
    expect(await redis.client.exists(`${prefix}:notes:dead-letters`)).toBe(0);
  }

  it('of a group whose consumer is killed in the middle of a batch: the others take over, and effects are there once', async () => {
    await using publisher = await startWorker(redis.url, { prefix: 'killed', group: null });
    const starting = [
      startChild(settings('killed', { hangAfter: 12 })),
      startChild(settings('killed')),
      startChild(settings('killed')),
    ] as const;
    await using victim = await starting[0];
    await using other = await starting[1];
    await using third = await starting[2];
    await publish(publisher, 200);
    await eventually(
      'the victim hangs in the middle of its batch',
      () => victim.running.length === 12 + consumer.concurrency,
    );
    const { byConsumer } = await publisher.monitor.pending('notes', 'testers');
    expect(byConsumer[victim.name]).toBeGreaterThanOrEqual(consumer.concurrency);
    const done = victim.running.slice(0, 12).map(String);
    await eventually('what it has done is committed', async () => {
      return (await redis.client.hmget('killed:tester:effects', ...done)).every((effect) => effect === '1');
    });
    victim.signal('SIGKILL');
    await victim.exited;
    await eventually('all is settled', () => isQuiet(publisher));
    await expectOnce('killed', 200);
    expect(other.running.length + third.running.length).toBe(200 - 12);
    expect([...other.observed, ...third.observed]).toContain('taken-over');
  });

  it('of workers that are killed again and again, at any moment', async () => {
    const EVENTS = 250;
    await using publisher = await startWorker(redis.url, { prefix: 'storm', group: null });
    const victims = [7, 19, 31].map((enough) => ({ enough, starting: startChild(settings('storm', { pauseMs: 10 })) }));
    await using survivor = await startChild(settings('storm', { pauseMs: 10 }));
    await publish(publisher, EVENTS);
    for (const { enough, starting } of victims) {
      await using victim = await starting;
      await eventually('the victim is at work, or there is no more', async () => {
        return victim.running.length >= enough || (await isQuiet(publisher));
      });
      victim.signal('SIGKILL');
      await victim.exited;
    }
    await eventually('all is settled', () => isQuiet(publisher));
    await expectOnce('storm', EVENTS);
    expect(survivor.running.length).toBeGreaterThan(0);
  });

  it('of a worker whose event loop stands still longer than its claim: it is robbed, and its late commit is refused', async () => {
    await using publisher = await startWorker(redis.url, { prefix: 'blocked', group: null });
    const blockedUntil = path.join(redis.server.dir, 'go-on');
    await using blocked = await startChild(settings('blocked', { blockedUntil }));
    await publish(publisher, 1);
    await eventually('it is at work', () => blocked.running.length === 1);
    await using other = await startChild(settings('blocked'));
    await eventually('the other has handled it', () => other.observed.includes('handled'));
    expect(blocked.observed).toEqual([]);
    await writeFile(blockedUntil, '');
    await eventually('the first has given it up', () => blocked.observed.includes('abandoned'));
    expect(blocked.observed).not.toContain('handled');
    await expectOnce('blocked', 1);
  });

  it('of a worker that is suspended longer than its claim, and goes on', async () => {
    await using publisher = await startWorker(redis.url, { prefix: 'stopped', group: null });
    await using suspended = await startChild(settings('stopped', { pauseMs: 200 }));
    await publish(publisher, 30);
    await eventually('it is at work', () => suspended.running.length >= 4);
    suspended.signal('SIGSTOP');
    await using other = await startChild(settings('stopped'));
    await eventually('the other has handled the rest', () => isQuiet(publisher));
    suspended.signal('SIGCONT');
    await eventually('the first knows', () => suspended.observed.includes('abandoned'));
    await expectOnce('stopped', 30);
    expect(other.observed).toContain('taken-over');
  });

  it('of a worker that is asked to stop in the middle of a batch: it finishes what runs, and leaves the rest', async () => {
    const patient = { ...consumer, claimAfterMs: 3_600_000 };
    await using publisher = await startWorker(redis.url, { prefix: 'asked', group: null });
    await using first = await startChild(settings('asked', { consumer: patient, pauseMs: 100 }));
    await publish(publisher, 30);
    await eventually('it is at work', () => first.running.length >= 4);
    first.signal('SIGTERM');
    await first.exited;
    const finished = first.running.length;
    expect(finished).toBeLessThan(30);
    expect(await redis.client.hlen('asked:tester:effects')).toBe(finished);

    await using second = await startChild(settings('asked', { consumer: patient }));
    await eventually('the other has handled the rest', () => isQuiet(publisher));
    expect(second.running.length).toBe(30 - finished);
    await expectOnce('asked', 30);
  });
});
