import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startProxy } from '../test/tcp-proxy.js';
import { startWorker, type Worker } from '../test/worker.js';
import { startChild, type Child } from './child.js';
import { History } from './history.js';
import { keysOf, publishOn } from './publishers.js';
import { seeded } from './random.js';
import { storm } from './storm.js';
import { expectPartitionsKept, SAFE } from './trial.js';

const COUNT = 4;
const KEYS = keysOf('key', 12);
const consumer = { leaseMs: 600, forgetAfterMs: 500, claimAfterMs: 700, concurrency: 4 };

describe('partitions', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const publisherOf = (prefix: string, url = redis.url) => startWorker(url, { prefix, partitions: COUNT, group: null });
  const ownersOf = async (worker: Worker): Promise<string[]> =>
    (await worker.monitor.partitions('notes')).flatMap(({ owners }) => owners.map((owner) => owner.worker));
  const owns = async (worker: Worker, { name }: Child): Promise<boolean> => (await ownersOf(worker)).includes(name);

  it('whose owner is suspended past its lease, and goes on, have each effect once, in the order of each key', async () => {
    const prefix = 'suspended-owners';
    const history = new History();
    const random = seeded(prefix);
    const settings = { redis: redis.url, prefix, partitions: COUNT, pauseMs: 5, consumer };
    await using publisher = await publisherOf(prefix);
    await using one = await startChild(history, settings);
    await using two = await startChild(history, settings);
    const publishers = publishOn(history, publisher.producer, KEYS, 20);
    for (let round = 1; round <= 6; round += 1) {
      const victim = random.chance(0.5) ? one : two;
      await eventually('it owns something', () => owns(publisher, victim));
      const runs = (): number => history.runs.filter(({ worker }) => worker === victim.name).length;
      const enough = runs() + random.between(5, 40);
      await eventually('it is at work', () => runs() >= enough);
      victim.signal('SIGSTOP');
      await eventually('the other one owns all', async () => {
        const owners = await ownersOf(publisher);
        return owners.length === COUNT && !owners.includes(victim.name);
      });
      victim.signal('SIGCONT');
    }
    await publishers.stop();
    await expectPartitionsKept(history, { client: redis.client, prefix, alive: [one, two] }, COUNT);
  });

  it('whose owners are killed, again and again, keep the order of each key', async () => {
    const prefix = 'killed-owners';
    const history = new History();
    const random = seeded(prefix);
    const settings = { redis: redis.url, prefix, partitions: COUNT, pauseMs: 3, consumer };
    await using publisher = await publisherOf(prefix);
    await using survivor = await startChild(history, settings);
    const publishers = publishOn(history, publisher.producer, KEYS, 20);
    for (let round = 1; round <= 5; round += 1) {
      await using victim = await startChild(history, settings);
      const runs = (): number => history.runs.filter(({ worker }) => worker === victim.name).length;
      const enough = random.between(1, 60);
      await eventually('it is at work', () => runs() >= enough);
      victim.signal(random.chance(0.5) ? 'SIGKILL' : 'SIGTERM');
      await victim.exited;
    }
    await publishers.stop();
    await expectPartitionsKept(history, { client: redis.client, prefix, alive: [survivor] }, COUNT);
  });

  it('keep the order of each key on networks that fail in every way', async () => {
    const prefix = 'partitioned-storms';
    const history = new History();
    await using oneProxy = await startProxy(redis.url);
    await using otherProxy = await startProxy(redis.url);
    const options = { prefix, partitions: COUNT, commandTimeoutMs: 150, consumer };
    await using publisher = await publisherOf(prefix);
    await using one = await startWorker(oneProxy.url, options, [history.handler()]);
    await using other = await startWorker(otherProxy.url, options, [history.handler()]);
    const publishers = publishOn(history, publisher.producer, KEYS, 20);
    await Promise.all([storm(oneProxy, seeded('one partition'), 25), storm(otherProxy, seeded('another'), 25)]);
    await publishers.stop();
    await expectPartitionsKept(history, { client: redis.client, prefix, alive: [one, other] }, COUNT);
  });

  it('go on by themselves when Redis was killed for longer than a lease', async () => {
    const prefix = 'restarted-redis';
    const history = new History();
    await using own = await freshRedis({ args: SAFE });
    const options = { prefix, partitions: COUNT, consumer };
    await using one = await startWorker(own.url, options, [history.handler()]);
    await using other = await startWorker(own.url, options, [history.handler()]);
    await using publisher = await publisherOf(prefix, own.url);
    const publishers = publishOn(history, publisher.producer, KEYS, 20);
    const bothOwn = async (): Promise<boolean> => new Set(await ownersOf(publisher)).size === 2;
    await eventually('both own something', bothOwn);
    const enough = history.runs.length + 20;
    await eventually('they are at work', () => history.runs.length > enough);
    await own.server.kill();
    await eventually('their leases have run out', () => [one, other].every(({ consumer: { partitions } }) => partitions.length === 0)); // prettier-ignore
    await own.restart();
    await publishers.stop();
    await expectPartitionsKept(history, { client: own.client, prefix, alive: [one, other] }, COUNT);
    await eventually('both own something again', bothOwn);
  });
});
