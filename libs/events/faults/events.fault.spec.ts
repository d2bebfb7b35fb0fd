import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from '../test/entries.js';
import { Gate } from '../test/gate.js';
import { SOON } from '../test/handlers.js';
import { collectLogs } from '../test/logs.js';
import { startWorker } from '../test/worker.js';
import { isQuiet, readFinalState } from './final-state.js';
import { History } from './history.js';
import { keysOf, publishOn } from './publishers.js';
import { seeded } from './random.js';
import { expectPromisesKept } from './trial.js';

const consumer = { forgetAfterMs: 500 };

/** What terminals, browsers and log readers would take for something else than text. */
const HOSTILE = [
  '<script>alert(1)</script>',
  'a line\nand another one',
  '\u001b[2J\u001b]0;title\u0007',
  '\u0000\u0001\u007f',
  '"; DROP TABLE orders; --',
  '\u202Egnp.exe',
  '${jndi:ldap://localhost/a}',
  'two\r\n$5\r\nreply\r\n',
];

describe('events', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('of which some fail at times and some always, in the middle of their keys: each key goes on, in order', async () => {
    const prefix = 'failing';
    const history = new History();
    const random = seeded(prefix);
    /** By key and number: how often it fails; Infinity for one that is given up at once. */
    const failures = new Map<string, number>();
    const nameOf = (key: string, number: number): string => `${key} ${String(number)}`;
    for (const key of keysOf('key', 10)) {
      for (let number = 0; number < 40; number += 1) {
        if (random.chance(0.3)) failures.set(nameOf(key, number), random.pick([1, 2, 3, Infinity]));
      }
    }
    const handler = history.handler(
      ({ data }, { attempt, transaction }) => {
        const times = failures.get(nameOf(data.topic, data.number)) ?? 0;
        // What a run did before it failed is not applied.
        if (attempt <= times) transaction.incrby('of failures', 1);
        if (times === Infinity) throw new UnrecoverableError('never');
        if (attempt <= times) throw new Error('not yet');
      },
      { retry: { ...SOON, attempts: 3 } },
    );
    await using worker = await startWorker(redis.url, { prefix, consumer }, [handler]);
    await Promise.all(
      keysOf('key', 10).map(async (key) => {
        for (let number = 0; number < 40; number += 1) await history.publish(worker.producer, key, number);
      }),
    );
    const isDead = (key: string, number: number): boolean => (failures.get(nameOf(key, number)) ?? 0) >= 3;
    const dead = new Set(
      history.publications.flatMap(({ eventId, key, number }) => (isDead(key, number) ? [eventId] : [])),
    );
    expect(dead.size).toBeGreaterThan(20);
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key', dead });
    expect(await redis.client.exists(`${prefix}:tester:of failures`)).toBe(0);
  });

  it('that fail, are given up and replayed by three operators at once, over and over, have their effect once', async () => {
    const prefix = 'replayed';
    const history = new History();
    const random = seeded(prefix);
    /** By key: how often its event still fails. */
    const left = new Map(keysOf('key', 60).map((key) => [key, random.between(0, 3)]));
    const failures = [...left.values()].reduce((sum, times) => sum + times);
    const handler = history.handler(({ data }) => {
      const times = left.get(data.topic) ?? 0;
      left.set(data.topic, times - 1);
      if (times > 0) throw new UnrecoverableError('broken');
    });
    await using one = await startWorker(redis.url, { prefix, consumer }, [handler]);
    await using two = await startWorker(redis.url, { prefix, consumer }, [handler]);
    await Promise.all([...left.keys()].map((key) => history.publish(one.producer, key, 0)));
    const operators = [one, two, one].map(({ app }) => app.get(DeadLetters));
    let replayed = 0;
    await eventually('everything has been handled', async () => {
      for (const count of await Promise.all(operators.map((operator) => operator.replayAll('notes'))))
        replayed += count;
      return [...left.values()].every((times) => times < 0);
    });
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [one, two] }, { order: 'worker' });
    // Each failure was replayed once, by whichever operator.
    expect(replayed).toBe(failures);
    expect(history.runs).toHaveLength(60 + failures);
  });

  it('with hostile text in every field stay data: in the stream, in dead letters, in replays and in logs', async () => {
    const prefix = 'hostile';
    let isMended = false;
    const seen: string[] = [];
    const history = new History();
    const handler = history.handler(({ data, source }) => {
      if (!isMended) throw new UnrecoverableError(`cannot take ${source}`);
      seen.push(data.topic);
    });
    await using worker = await startWorker(redis.url, { prefix, consumer }, [handler]);
    const deadLetters = worker.app.get(DeadLetters);
    const logs = collectLogs();
    for (const text of HOSTILE) {
      const data = JSON.stringify({ topic: text, number: 0 });
      const own = { data, source: text, partition_key: text, correlation_id: text, timestamp: text, [text]: text };
      await redis.client.xadd(`${prefix}:notes`, '*', ...noteFields(own));
      for (const field of ['event_type', 'version']) {
        await redis.client.xadd(`${prefix}:notes`, '*', ...noteFields({ data, [field]: text }));
      }
      await redis.client.xadd(`${prefix}:notes`, '*', text, text);
    }
    await eventually('all are dead letters', async () => {
      return (await redis.client.xlen(`${prefix}:notes:dead-letters`)) === 4 * HOSTILE.length;
    });
    const listed = await deadLetters.list('notes', { reason: 'unrecoverable' });
    expect(listed.map(({ event }) => event?.source)).toEqual(HOSTILE);
    expect(listed.map(({ event }) => event?.data['topic'])).toEqual(HOSTILE);
    expect(listed.map(({ event }, index) => event?.extra?.[HOSTILE[index] ?? ''])).toEqual(HOSTILE);
    expect((await worker.monitor.entries('notes')).map(({ event }) => event?.source).filter(Boolean)).toEqual(
      expect.arrayContaining(HOSTILE),
    );

    isMended = true;
    expect(
      await deadLetters.replayAll(
        'notes',
        { reason: 'unrecoverable' },
        { by: HOSTILE[1] ?? '', why: HOSTILE[2] ?? '' },
      ),
    ).toBe(HOSTILE.length);
    await eventually('all are handled', () => seen.length === HOSTILE.length);
    expect([...seen].sort()).toEqual([...HOSTILE].sort());
    expect(await deadLetters.history('notes', 1)).toMatchObject([{ by: HOSTILE[1], why: HOSTILE[2] }]);
    await eventually('nothing is left', () => isQuiet(redis.client, { prefix }));
    expect([...logs.warnings, ...logs.errors].filter((line) => /[\u0000-\u001f\u007f]/.test(line))).toEqual([]);
  });

  it('of a key with 90% of the traffic do not hold up the others, and all keep their order', async () => {
    const prefix = 'hot';
    const history = new History();
    const random = seeded(prefix);
    const gate = new Gate();
    const handler = history.handler(async ({ data }) => {
      // The hot key stands still until the cold ones are through.
      if (data.topic === 'hot') await gate.pass();
    });
    await using worker = await startWorker(redis.url, { prefix, consumer: { ...consumer, concurrency: 2 } }, [handler]);
    const numbers = new Map<string, number>();
    const asked: Promise<unknown>[] = [];
    for (let count = 0; count < 400; count += 1) {
      const key = random.chance(0.9) ? 'hot' : random.pick(keysOf('cold', 5));
      const number = numbers.get(key) ?? 0;
      numbers.set(key, number + 1);
      asked.push(history.publish(worker.producer, key, number));
    }
    await Promise.all(asked);
    const cold = history.publications.filter(({ key }) => key !== 'hot').length;
    await eventually(
      'the cold keys are through',
      () => history.runs.filter(({ key }) => key !== 'hot').length === cold,
    );
    expect(history.runs.filter(({ key }) => key === 'hot')).toHaveLength(1);
    gate.open();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('that are trimmed away while handlers run, wait and retry are settled all the same, once', async () => {
    const prefix = 'trimmed';
    const history = new History();
    let isTrimmed = false;
    const handler = history.handler(
      async (_, { attempt }) => {
        await eventually('the stream is trimmed', () => isTrimmed);
        if (attempt === 1) throw new Error('not yet');
      },
      { retry: SOON },
    );
    await using worker = await startWorker(redis.url, { prefix, consumer: { ...consumer, concurrency: 4 } }, [handler]);
    for (const key of keysOf('key', 20)) await history.publish(worker.producer, key, 0);
    await eventually('all are in flight', () => worker.consumer.inFlight === 20);
    await redis.client.xtrim(`${prefix}:notes`, 'MAXLEN', 0);
    isTrimmed = true;
    await eventually(
      'all is settled',
      async () => worker.consumer.inFlight === 0 && (await isQuiet(redis.client, { prefix })),
    );
    const { effects, deadLetters } = await readFinalState(redis.client, { prefix });
    expect(effects).toEqual(Object.fromEntries(history.publications.map(({ eventId }) => [eventId, 1])));
    expect(deadLetters).toEqual([]);
    const publishers = publishOn(history, worker.producer, ['after']);
    await eventually('it goes on', () => history.runs.some(({ key }) => key === 'after'));
    await publishers.stop();
  });
});
