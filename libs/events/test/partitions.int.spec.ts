import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ConfigurationError, DeadLetters, Retention } from 'nestjs-event-streams';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionOf } from '../src/stream/keys/murmur2.js';
import { sourceOfScript } from '../src/stream/scripts/scripts.js';
import { readEntries } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker, type Worker } from './worker.js';

const COUNT = 4;
const consumer = { leaseMs: 900 };

describe('partitions', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const start = (prefix: string, handlers: Parameters<typeof startWorker>[2] = [], options = {}) =>
    startWorker(redis.url, { prefix, partitions: COUNT, consumer, ...options }, handlers);
  const topics = Array.from({ length: 12 }, (_, index) => `topic ${String(index)}`);
  const all = (count: number) =>
    Array.from({ length: count }, (_, number) =>
      topics.map((topic) => ({ event: NoteTaken, data: { topic, number } })),
    ).flat();
  const settled = (worker: Worker) =>
    eventually('all is settled', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0;
    });
  /** The numbers of each topic, in the order in which their effects were applied. */
  const effectsOf = async (prefix: string): Promise<Record<string, number[]>> => {
    const entries = topics.map(async (topic) => {
      const own = `{${prefix}:${String(partitionOf(topic, COUNT))}}:tester:order ${topic}`;
      return [topic, (await redis.client.lrange(own, 0, -1)).map(Number)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  const inOrder = (count: number) =>
    Object.fromEntries(topics.map((topic) => [topic, Array.from({ length: count }, (_, number) => number)]));
  const recorder = () =>
    noteHandler(({ data }, { transaction }) => {
      transaction.rpush(`order ${data.topic}`, data.number);
    });
  const balanced = (workers: readonly Worker[]) =>
    eventually('the partitions are spread', () => {
      const sizes = workers.map(({ consumer: { partitions } }) => partitions.length);
      const owned = new Set(workers.flatMap(({ consumer: { partitions } }) => partitions));
      return owned.size === COUNT && Math.max(...sizes) - Math.min(...sizes) <= 1;
    });

  it('each have a stream, and everything of a key is in one of them', async () => {
    await using worker = await start('spread', [], { group: null });
    const ids = await worker.producer.publishAll(all(3));
    expect(ids).toHaveLength(36);
    for (let partition = 0; partition < COUNT; partition += 1) {
      const entries = await readEntries(redis.client, `{spread:${String(partition)}}:notes`);
      for (const entry of entries) expect(partitionOf(entry['partition_key'] ?? '', COUNT)).toBe(partition);
    }
    // The ids are those of the events, in the order in which they were given.
    for (const [index, { data }] of all(3).entries()) {
      const key = `{spread:${String(partitionOf(data.topic, COUNT))}}:notes`;
      const [entry] = await redis.client.xrange(key, ids[index] ?? '', ids[index] ?? '');
      const fields = entry?.[1] ?? [];
      expect(JSON.parse(fields[fields.indexOf('data') + 1] ?? '')).toEqual(data);
    }
    expect(await redis.client.exists('spread:notes')).toBe(0);
    expect((await worker.monitor.stream('notes')).length).toBe(36);
  });

  it('remember an idempotency key, also of events without partition key', async () => {
    await using worker = await start('once', [], { group: null });
    const publish = () => worker.producer.publish(NoteTaken, { topic: 'a', number: 1 }, { idempotencyKey: 'one' });
    expect(await publish()).toBe(await publish());
    expect((await worker.monitor.stream('notes')).length).toBe(1);
  });

  it('keep the order of each key while workers join and leave, and nothing is dropped', async () => {
    // So long that nothing comes of waiting for a lease.
    const patient = { consumer: { leaseMs: 3_600_000 } };
    await using publisher = await start('order', [], { group: null });
    await using one = await start('order', [recorder()], patient);
    await balanced([one]);
    let number = 0;
    const publish = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        await publisher.producer.publishAll(topics.map((topic) => ({ event: NoteTaken, data: { topic, number } })));
        number += 1;
      }
    };
    await publish(20);
    await using two = await start('order', [recorder()], patient);
    await using three = await start('order', [recorder()], patient);
    await publish(20);
    await balanced([one, two, three]);
    await publish(20);
    await one.stop();
    await publish(20);
    await balanced([two, three]);
    await publish(20);
    await settled(publisher);
    expect(await effectsOf('order')).toEqual(inOrder(number));
    const lost = [one, two, three].flatMap(({ observations }) =>
      observations.filter(({ kind }) => kind === 'partition-lost'),
    );
    expect(lost).toEqual([]);
  });

  it('keep the order of each key when a worker is cut off for longer than its lease, and comes back', async () => {
    await using proxy = await startProxy(redis.url);
    await using publisher = await start('frozen', [], { group: null });
    await using one = await start('frozen', [recorder()]);
    await using two = await start('frozen', [recorder()]);
    await using cut = await startWorker(
      proxy.url,
      { prefix: 'frozen', partitions: COUNT, consumer, commandTimeoutMs: 300 },
      [recorder()],
    );
    await balanced([one, two, cut]);
    let number = 0;
    const publish = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        await publisher.producer.publishAll(topics.map((topic) => ({ event: NoteTaken, data: { topic, number } })));
        number += 1;
      }
    };
    const lost = () => cut.observations.filter(({ kind }) => kind === 'partition-lost').length;
    for (let round = 0; round < 3; round += 1) {
      const lostBefore = lost();
      await eventually('it owns something', () => cut.consumer.partitions.length > 0);
      await publish();
      proxy.isolateAfter(round, round === 1 ? 'reply' : 'request');
      await publish();
      await eventually('the others own all', async () => {
        const owners = (await publisher.monitor.partitions('notes')).flatMap((partition) => partition.owners);
        return owners.length === COUNT && owners.every(({ worker }) => worker !== cut.consumer.name);
      });
      await publish();
      proxy.heal();
      proxy.cut();
      await eventually('it knows what it has lost', () => lost() > lostBefore);
    }
    await settled(publisher);
    expect(await effectsOf('frozen')).toEqual(inOrder(number));
  });

  it('keep the order of each key when a read reaches Redis only after its repeat', async () => {
    await using proxy = await startProxy(redis.url);
    const gate = new Gate();
    const seen: unknown[] = [];
    const [topic = '', other = ''] = topics.filter((one, index) => {
      return index === 0 || partitionOf(one, COUNT) !== partitionOf(topics[0] ?? '', COUNT);
    });
    const handler = noteHandler(async ({ data }) => {
      seen.push(data.topic === topic ? data.number : data.topic);
      if (data.topic === other) await gate.pass();
    });
    // The lease outlasts the fault, and there is room for one entry.
    const patient = { leaseMs: 3_600_000, batchSize: 1, readAhead: 1 };
    const options = { prefix: 'late', partitions: COUNT, commandTimeoutMs: 300, consumer: patient };
    await using worker = await startWorker(proxy.url, options, [handler]);
    await using publisher = await start('late', [], { group: null });
    const publish = (about: string, number: number) => publisher.producer.publish(NoteTaken, { topic: about, number });
    const connections = async () => ((await redis.client.client('LIST')) as string).trim().split('\n').length;
    await publish(topic, 1);
    await settled(publisher);
    const before = await connections();

    // Its wait for news is given up, so it reads what there may be. No other command may end that connection before the read.
    const readScript = createHash('sha1').update(sourceOfScript('read-partition')).digest('hex');
    proxy.holdRequests(({ name, bytes }) => name === 'XREAD' || bytes.includes(readScript));
    // It repeats the read, and finds nothing.
    await eventually('it has new connections', async () => (await connections()) === before + 2);
    await publish(other, 1);
    await eventually('it has no room for more', () => seen.length === 2);
    await publish(topic, 2);
    proxy.heal();
    await eventually('the first read has been executed', async () => {
      return (await publisher.monitor.pending('notes', 'testers')).byConsumer[worker.consumer.name] === 2;
    });
    await publish(topic, 3);
    gate.open();
    await eventually('all are handled', () => seen.length === 4);
    expect(seen).toEqual([1, other, 2, 3]);
  });

  it('are released at once by a worker that leaves, and the next one begins with what it has handed back', async () => {
    const gate = new Gate();
    const slow = noteHandler(async ({ data }, { transaction }) => {
      if (data.number === 2) await gate.pass();
      transaction.rpush(`order ${data.topic}`, data.number);
    });
    // So long that nothing comes of waiting for the lease.
    const patient = { consumer: { leaseMs: 3_600_000, claimAfterMs: 3_600_000, drainMs: 100 } };
    await using leaving = await start('leave', [slow], patient);
    await leaving.producer.publishAll(all(5));
    await eventually('some are handled', async () => (await effectsOf('leave'))['topic 0']?.length === 2);
    await using next = await start('leave', [recorder()], patient);
    await leaving.stop();
    await settled(next);
    gate.open();
    await balanced([next]);
    expect(await effectsOf('leave')).toEqual(inOrder(5));
  });

  it('refuse the commit of one that was their owner, and nothing of it is applied', async () => {
    const gate = new Gate();
    const begun: string[] = [];
    const zombie = noteHandler(async ({ data }, { transaction }) => {
      begun.push(data.topic);
      await gate.pass();
      transaction.rpush(`order ${data.topic}`, -1).publish(NoteFiled, { topic: data.topic, number: -1 });
    });
    await using first = await start('fenced', [zombie]);
    await first.producer.publishAll(topics.map((topic) => ({ event: NoteTaken, data: { topic, number: 0 } })));
    await eventually('its handlers run', () => begun.length === topics.length);
    // As if its leases had run out: it does not know yet.
    await Promise.all(
      Array.from({ length: COUNT }, (_, number) => {
        const lease = `{fenced:${String(number)}}:leases:testers`;
        return redis.client.hset(lease, { owner: 'another', epoch: 2, until: Date.now() + 300, lasts: 300 });
      }),
    );
    gate.open();
    await eventually('it was told', () => {
      return first.observations.filter(({ kind }) => kind === 'partition-lost').length === COUNT;
    });
    const abandoned = first.observations.filter(({ kind }) => kind === 'abandoned');
    for (const one of abandoned) expect(one).toMatchObject({ error: { name: 'LeaseLostError' } });
    expect(
      Object.values(await effectsOf('fenced'))
        .flat()
        .filter((number) => number === -1),
    ).toEqual([]);
    expect((await first.monitor.stream('files')).length).toBe(0);
    // When the other's leases have run out, everything is handled all the same.
    await settled(first);
    expect(Object.values(await effectsOf('fenced')).flat()).toHaveLength(topics.length);
  });

  it('are taken over in order from an owner that was cut off, retries included', async () => {
    const failing = noteHandler(
      ({ data }, { transaction, attempt }) => {
        if (data.number % 3 === 1 && attempt === 1) throw new Error('at first');
        transaction.rpush(`order ${data.topic}`, data.number);
      },
      { retry: SOON },
    );
    const stuck = noteHandler(() => new Promise(() => undefined), { timeoutMs: 0 });
    const short = { consumer: { ...consumer, drainMs: 0 } };
    await using first = await start('heir', [stuck], short);
    await first.producer.publishAll(all(6));
    await eventually('it holds them', () => first.consumer.inFlight > 20);
    // Its name in the leases is another's, who is dead: nobody renews them any more.
    await Promise.all(
      Array.from({ length: COUNT }, (_, number) =>
        redis.client.hset(`{heir:${String(number)}}:leases:testers`, 'owner', 'dead'),
      ),
    );
    await first.stop();
    await using heir = await start('heir', [failing]);
    await settled(heir);
    expect(await effectsOf('heir')).toEqual(inOrder(6));
  });

  it('are taken over from a dead owner in time although the clock of Redis was set back', async () => {
    const soon = Date.now() + 3_600_000;
    for (let number = 0; number < COUNT; number += 1) {
      const lease = { owner: 'dead', until: soon, lasts: 300, epoch: 7 };
      await redis.client.hset(`{back:${String(number)}}:leases:testers`, lease);
    }
    await redis.client.hset('back:workers:testers', 'dead', `${String(soon)} 300 0,1,2,3`);
    await using worker = await start('back', [recorder()]);
    await balanced([worker]);
    const owners = (await worker.monitor.partitions('notes')).flatMap((partition) => partition.owners);
    expect(owners.map(({ epoch }) => epoch)).toEqual(new Array(COUNT).fill(8));
  });

  it('are refused to an application that divides the streams otherwise', async () => {
    await using worker = await start('agreed', [recorder()]);
    await expect(start('agreed', [recorder()], { partitions: 8 })).rejects.toThrow(
      'EventsModule: expected partitions as 4, which the streams of agreed were begun with (key agreed:partitions:count), got 8',
    );
    await expect(start('agreed', [], { partitions: 1, group: null })).rejects.toThrow(ConfigurationError);
    expect(worker.consumer.partitions).toHaveLength(COUNT);
    await using plain = await startWorker(redis.url, { prefix: 'plain' }, [recorder()]);
    await expect(start('plain', [recorder()])).rejects.toThrow('expected partitions as 1');
    expect(plain.consumer.partitions).toEqual([0]);
  });

  it('do not change anything where there is one', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'single' }, [recorder()]);
    await worker.producer.publishAll(notes('a', 3));
    await settled(worker);
    const keys = await redis.client.keys('*single*');
    expect(keys.filter((key) => !key.startsWith('single:producers:')).sort()).toEqual([
      'single:layout:version',
      'single:notes',
      'single:notes:testers:replays',
      'single:partitions:count',
      'single:tester:order a',
      'single:watch:testers',
    ]);
  });

  it('publish from a transaction into the partition of the new event', async () => {
    const filing = noteHandler(({ data }, { transaction }) => {
      transaction.publish(NoteFiled, { topic: `other ${data.topic}`, number: data.number });
    });
    await using worker = await start('across', [filing]);
    await worker.producer.publishAll(all(2));
    await settled(worker);
    let found = 0;
    for (let partition = 0; partition < COUNT; partition += 1) {
      for (const entry of await readEntries(redis.client, `{across:${String(partition)}}:files`)) {
        expect(partitionOf(entry['partition_key'] ?? '', COUNT)).toBe(partition);
        found += 1;
      }
    }
    expect(found).toBe(2 * topics.length);
  });

  it('keep state that is shared in one place', async () => {
    const counting = noteHandler((_, { transaction }) => {
      transaction.incrby('count', 1);
    });
    await using worker = await start('shared', [counting], { sharedState: true });
    await worker.producer.publishAll(all(3));
    await settled(worker);
    expect(await redis.client.get('shared:tester:count')).toBe('36');
  });

  it('have their dead letters listed, replayed and discarded together', async () => {
    let isBroken = true;
    const failing = noteHandler(
      ({ data }, { transaction }) => {
        if (isBroken) throw new Error('broken');
        transaction.rpush(`order ${data.topic}`, data.number);
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await start('letters', [failing]);
    const deadLetters = worker.app.get(DeadLetters);
    await worker.producer.publishAll(all(1));
    await eventually('all are dead letters', async () => (await worker.monitor.stream('notes')).deadLetters === 12);
    const listed = await deadLetters.list('notes');
    expect(new Set(listed.map(({ event }) => (event?.data as NoteTaken | undefined)?.topic))).toEqual(new Set(topics));
    const pages = await deadLetters.list('notes', {}, { count: 5 });
    pages.push(...(await deadLetters.list('notes', {}, { count: 100, after: pages.at(-1)?.id ?? '' })));
    expect(pages).toEqual(listed);
    const [first, second] = listed;
    await deadLetters.discard('notes', second?.id ?? '', { why: 'a test' });
    isBroken = false;
    await deadLetters.replay('notes', first?.id ?? '');
    expect(await deadLetters.replayAll('notes')).toBe(10);
    await settled(worker);
    await eventually('all are handled', async () => Object.values(await effectsOf('letters')).flat().length === 11);
    expect(await deadLetters.list('notes')).toEqual([]);
    expect(await deadLetters.history('notes')).toHaveLength(12);
    await expect(deadLetters.get('notes', first?.id ?? '')).rejects.toThrow(first?.id);
    await expect(deadLetters.get('notes', '99:1-0')).rejects.toThrow('99:1-0');
  });

  it('are watched, and trimmed each', async () => {
    await using worker = await start('watched', [recorder()]);
    await worker.producer.publishAll(all(10));
    await settled(worker);
    const partitions = await worker.monitor.partitions('notes');
    expect(partitions.map(({ partition, key }) => [partition, key])).toEqual(
      Array.from({ length: COUNT }, (_, number) => [number, `{watched:${String(number)}}:notes`]),
    );
    for (const { owners } of partitions) {
      expect(owners).toEqual([{ group: 'testers', worker: worker.consumer.name, epoch: 1 }]);
    }
    const total = partitions.reduce((sum, { length }) => sum + length, 0);
    expect(total).toBe(120);
    expect(await worker.monitor.stream('notes')).toMatchObject({ exists: true, length: 120, deadLetters: 0 });
    expect(await worker.monitor.consumers('notes', 'testers')).toMatchObject([
      { name: worker.consumer.name, pending: 0 },
    ]);
    const entries = await worker.monitor.entries('notes', { count: 50 });
    expect(entries).toHaveLength(50);
    expect(await worker.monitor.entries('notes', { partition: 0 })).toHaveLength(partitions[0]?.length ?? 0);

    const report = await worker.app.get(Retention).trim('notes', { maxLength: 5 });
    expect(report).toMatchObject({ trimmed: 120 - 5 * COUNT, length: 5 * COUNT, dropped: {} });
  });

  it('are made anew when everything is flushed', async () => {
    await using own = await freshRedis();
    await using worker = await startWorker(own.url, { prefix: 'flushed', partitions: COUNT, consumer }, [recorder()]);
    await worker.producer.publishAll(all(1));
    await settled(worker);
    await own.client.flushall();
    await worker.producer.publishAll(all(1));
    await eventually('they are handled', async () => {
      const lists = await own.client.keys('{flushed:*}:tester:order *');
      return lists.length === topics.length;
    });
    expect(worker.observations.some(({ kind }) => kind === 'group-recreated')).toBe(true);
  });
});
