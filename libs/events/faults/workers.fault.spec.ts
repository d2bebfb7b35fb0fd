import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOON } from '../test/handlers.js';
import { startProxy } from '../test/tcp-proxy.js';
import { startWorker, type Worker } from '../test/worker.js';
import { startChild, type Child } from './child.js';
import { isQuiet } from './final-state.js';
import { History } from './history.js';
import { keysOf, publishOn } from './publishers.js';
import { seeded } from './random.js';
import { storm } from './storm.js';
import { expectPromisesKept, SAFE } from './trial.js';

const consumer = { forgetAfterMs: 500 };

describe('workers', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** A worker dies where it waits for Redis: before Redis gets a command, or before the answer comes. */
  describe.each(['request', 'reply'] as const)('that die at every await, with the loss of a %s,', (loses) => {
    /** More than the commands that the trial below needs. */
    const AWAITS = 28;
    const AT_ONCE = 7;

    it(`leave everything to the next one`, async () => {
      for (let first = 0; first < AWAITS; first += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => dieAfter(first + index)));
      }
    });

    async function dieAfter(commands: number): Promise<void> {
      const prefix = `${loses}-${String(commands)}`;
      const history = new History();
      await using proxy = await startProxy(redis.url);
      // Some fail at first, so that there are notes to lose.
      const flaky = history.handler(
        ({ data }, { attempt }) => {
          if (data.number === 1 && attempt === 1) throw new Error('at first');
        },
        { retry: SOON },
      );
      const fast = {
        prefix,
        commandTimeoutMs: 1000,
        consumer: { ...consumer, claimAfterMs: 500, drainMs: 0, batchSize: 2 },
      };
      await using publisher = await startWorker(redis.url, { ...fast, group: null });
      proxy.isolateAfter(commands, loses);
      let hasFailed = false;
      const doomed = startWorker(proxy.url, fast, [flaky]).catch(() => {
        hasFailed = true; // it died when it started
      });
      for (let number = 0; number < 3; number += 1) {
        for (const key of keysOf('key', 2)) await history.publish(publisher.producer, key, number);
      }
      await eventually('the worker is dead', () => proxy.isIsolated || hasFailed);
      await using heir = await startWorker(redis.url, fast, [flaky]);
      await expectPromisesKept(history, { client: redis.client, prefix, alive: [heir] }, { order: 'worker' });
      await (await doomed)?.stop();
    }
  });

  it('that are killed as processes, again and again, lose nothing and repeat no effect', async () => {
    const prefix = 'killed';
    const history = new History();
    const random = seeded(prefix);
    const settings = {
      redis: redis.url,
      prefix,
      pauseMs: 3,
      consumer: { ...consumer, claimAfterMs: 700, concurrency: 4 },
    };
    await using publisher = await startWorker(redis.url, { prefix, group: null });
    await using survivor = await startChild(history, settings);
    const publishers = publishOn(history, publisher.producer, keysOf('key', 8), 20);
    for (let round = 1; round <= 5; round += 1) {
      await using victim = await startChild(history, settings);
      const runs = () => history.runs.filter(({ worker }) => worker === victim.name).length;
      const enough = random.between(1, 60);
      await eventually('it is at work', () => runs() >= enough);
      victim.signal('SIGKILL');
      await victim.exited;
    }
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [survivor] }, { order: 'worker' });
  });

  it('that are suspended past the claim time, and go on, again and again', async () => {
    const prefix = 'suspended';
    const history = new History();
    const random = seeded(prefix);
    const settings = {
      redis: redis.url,
      prefix,
      pauseMs: 5,
      consumer: { ...consumer, claimAfterMs: 400, concurrency: 4 },
    };
    await using publisher = await startWorker(redis.url, { prefix, group: null });
    await using one = await startChild(history, settings);
    await using two = await startChild(history, settings);
    const publishers = publishOn(history, publisher.producer, keysOf('key', 8), 20);
    for (let round = 1; round <= 6; round += 1) {
      const [victim, other] = random.chance(0.5) ? [one, two] : [two, one];
      const runsOf = ({ name }: Child) => history.runs.filter(({ worker }) => worker === name).length;
      const enough = runsOf(victim) + random.between(5, 40);
      await eventually('it is at work', () => runsOf(victim) >= enough);
      victim.signal('SIGSTOP');
      const held = async (): Promise<number> =>
        (await publisher.monitor.pending('notes', 'testers')).byConsumer[victim.name] ?? 0;
      await eventually('it was robbed', async () => (await held()) === 0);
      // Who takes entries over has them first, and handles them then.
      await eventually('the other one is at work', () => runsOf(other) > 0);
      victim.signal('SIGCONT');
    }
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [one, two] }, { order: 'worker' });
  });

  it('that are asked to stop while Redis is down end in time, and leave everything to the next one', async () => {
    const prefix = 'asked';
    const history = new History();
    await using own = await freshRedis({ args: SAFE });
    const settings = {
      redis: own.url,
      prefix,
      pauseMs: 20,
      consumer: { ...consumer, claimAfterMs: 700, concurrency: 4 },
    };
    await using publisher = await startWorker(own.url, { prefix, group: null });
    await using asked = await startChild(history, settings);
    for (const key of keysOf('key', 40)) await history.publish(publisher.producer, key, 0);
    await eventually('it is at work', () => history.runs.length > 0);
    await own.server.kill();
    asked.signal('SIGTERM');
    let hasEnded = false;
    void asked.exited.then(() => (hasEnded = true));
    await eventually('it has ended', () => hasEnded);
    await own.restart();
    await using heir = await startChild(history, settings);
    await expectPromisesKept(history, { client: own.client, prefix, alive: [heir] }, { order: 'worker' });
  });

  it('that come and go fifty times under load, from one to three and back', async () => {
    const prefix = 'scaled';
    const history = new History();
    const options = { prefix, consumer: { ...consumer, concurrency: 4, blockMs: 20 } };
    await using first = await startWorker(redis.url, options, [history.handler()]);
    const publishers = publishOn(history, first.producer, keysOf('key', 10));
    for (let round = 1; round <= 50; round += 1) {
      const more: Worker[] = [];
      try {
        for (let count = 0; count < 2; count += 1)
          more.push(await startWorker(redis.url, options, [history.handler()]));
        const handled = history.runs.length;
        await eventually('all three are there, and work is done', async () => {
          return (await first.monitor.consumers('notes', 'testers')).length >= 3 && history.runs.length > handled + 10;
        });
      } finally {
        await Promise.all(more.map((worker) => worker.stop()));
      }
    }
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [first] }, { order: 'worker' });
    // They took their leave: nothing had to wait for the end of a claim.
    expect(first.observations.some(({ kind }) => kind === 'vanished' || kind === 'group-recreated')).toBe(false);
  });

  it('on a network that fails in every way handle everything once, in order', async () => {
    const prefix = 'storm';
    const history = new History();
    await using proxy = await startProxy(redis.url);
    const never = { ...consumer, claimAfterMs: 3_600_000 };
    const options = { prefix, commandTimeoutMs: 150, consumer: never };
    await using publisher = await startWorker(redis.url, { prefix, group: null });
    await using worker = await startWorker(proxy.url, options, [history.handler()]);
    const publishers = publishOn(history, publisher.producer, keysOf('key', 5), 20);
    await storm(proxy, seeded(prefix), 40);
    await publishers.stop();
    // Nobody else takes anything over: what a lost reply contained, it finds itself.
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [worker] }, { order: 'key' });
  });

  it('on two networks that fail, robbing each other, have each effect once', async () => {
    const prefix = 'two-storms';
    const history = new History();
    await using oneProxy = await startProxy(redis.url);
    await using otherProxy = await startProxy(redis.url);
    const options = { prefix, commandTimeoutMs: 150, consumer: { ...consumer, claimAfterMs: 200 } };
    await using publisher = await startWorker(redis.url, { prefix, group: null });
    await using one = await startWorker(oneProxy.url, options, [history.handler()]);
    await using other = await startWorker(otherProxy.url, options, [history.handler()]);
    const publishers = publishOn(history, publisher.producer, keysOf('key', 5), 20);
    await Promise.all([storm(oneProxy, seeded('one'), 25), storm(otherProxy, seeded('other'), 25)]);
    await publishers.stop();
    await expectPromisesKept(history, { client: redis.client, prefix, alive: [one, other] }, { order: 'worker' });
    expect(await isQuiet(redis.client, { prefix })).toBe(true);
  });
});
