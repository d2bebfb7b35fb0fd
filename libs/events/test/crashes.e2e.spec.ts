import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type ChildWorker } from './child-worker.js';
import { readEntries } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker } from './worker.js';

const EVENTS = 12;
const DEADLY = 5;
/** Two that hold many events, and two that have this one in quarantine. */
const DEATHS = 4;

describe('an event that kills its worker', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('is quarantined, becomes a dead letter, and costs the others nothing', async () => {
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
    const [deadLetter, ...more] = await readEntries(redis.client, 'deadly:notes:dead-letters');
    expect(more).toEqual([]);
    expect(deadLetter).toMatchObject({ reason: 'crashed', error_name: 'WorkerCrashedError', attempts: '2' });
    expect(JSON.parse(deadLetter?.['entry.data'] ?? '')).toMatchObject({ number: DEADLY });
    const others = Array.from({ length: EVENTS }, (_, number) => number).filter((number) => number !== DEADLY);
    const once = Object.fromEntries(others.map((number) => [String(number), '1']));
    expect(await redis.client.hgetall('deadly:tester:effects')).toEqual(once);
    // From the third life on it was in quarantine: nothing else had begun before it that had not ended.
    for (const life of lives.slice(2, DEATHS)) expect(life.running.at(-1)).toBe(DEADLY);
    expect(await redis.client.exists('deadly:notes:testers:deliveries')).toBe(0);
  });

  it('is not blamed for workers that were cut off in quarantine runs and came back', async () => {
    await using oneNetwork = await startProxy(redis.url);
    await using otherNetwork = await startProxy(redis.url);
    const gates = Array.from({ length: 5 }, () => new Gate());
    const runs: string[] = [];
    const handler = noteHandler(async (_, { consumer, transaction }) => {
      await gates[runs.push(consumer) - 1]?.pass();
      transaction.incrby('effects', 1);
    });
    const options = { prefix: 'innocent', commandTimeoutMs: 300, consumer: { claimAfterMs: 1000 } };
    await using one = await startWorker(oneNetwork.url, options, [handler]);
    await one.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is handled', () => runs.length === 1);
    await using other = await startWorker(otherNetwork.url, options, [handler]);
    // The third and the fourth of them have it in quarantine.
    for (let run = 1; run <= 4; run += 1) {
      const [worker, network] = runs.at(-1) === one.consumer.name ? [one, oneNetwork] : [other, otherNetwork];
      const abandoned = () => worker.observations.filter(({ kind }) => kind === 'abandoned').length;
      const before = abandoned();
      network.isolateAfter(0, 'request');
      await eventually('the other one has taken it over', () => runs.length === run + 1);
      network.heal();
      network.cut();
      gates[run - 1]?.open();
      await eventually('the first knows', () => abandoned() > before);
    }
    gates[4]?.open();
    await eventually('it is settled', async () => (await one.monitor.pending('notes', 'testers')).count === 0);
    expect(await redis.client.exists('innocent:notes:dead-letters')).toBe(0);
    expect(await redis.client.get('innocent:tester:effects')).toBe('1');
    expect(await redis.client.exists('innocent:notes:testers:deliveries')).toBe(0);
  });

  it.each([
    ['succeeds', false],
    ['fails', true],
  ])(
    'is one, too, that makes its workers stand still until others take it over, and then %s',
    async (prefix, fails) => {
      await using publisher = await startWorker(redis.url, { prefix, group: null });
      const settings = { redis: redis.url, prefix, pauseMs: 500, fails, consumer: { claimAfterMs: 700 } };
      await publisher.producer.publish(NoteTaken, { topic: 'a', number: 1 });
      const lives: ChildWorker[] = [];
      try {
        for (let life = 1; life <= DEATHS; life += 1) {
          const worker = await startChild(settings);
          lives.push(worker);
          await eventually('it handles the event', () => worker.running.length === 1);
          worker.signal('SIGSTOP');
        }
        // It had the event in quarantine, and goes on.
        const third = lives[2];
        third?.signal('SIGCONT');
        await eventually('it knows that others have taken it over', () => third?.observed.includes('abandoned'));
        await eventually('the event is a dead letter', () => redis.client.xlen(`${prefix}:notes:dead-letters`));
        expect(third?.running).toHaveLength(1);
      } finally {
        await Promise.all(lives.map((life) => life[Symbol.asyncDispose]()));
      }
      const [deadLetter] = await readEntries(redis.client, `${prefix}:notes:dead-letters`);
      expect(deadLetter).toMatchObject({ reason: 'crashed', attempts: '2' });
      expect(await redis.client.exists(`${prefix}:tester:effects`)).toBe(0);
    },
  );
});
