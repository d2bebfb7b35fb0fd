import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ConfigurationError, LayoutVersionError } from 'nestjs-event-streams';
import { createOperator, createProducer, createWorker } from 'nestjs-event-streams/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAYOUT_VERSION } from '../src/stream/clients/layout-version.js';
import { noteFields } from './entries.js';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const OWN = String(LAYOUT_VERSION);

/** What an earlier or a later version has noted, and how the error shows it. */
const others: [name: string, layout: string | null, shown: string][] = [
  ['that did not number layouts', null, 'none, since an earlier version has written it'],
  ['with an earlier layout', String(LAYOUT_VERSION - 1), String(LAYOUT_VERSION - 1)],
  ['with a later layout', String(LAYOUT_VERSION + 1), String(LAYOUT_VERSION + 1)],
];

describe('the layout of what is in Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const layoutOf = (prefix: string) => redis.client.get(`${prefix}:layout:version`);
  const silent = noteHandler(() => undefined);
  const plain = (prefix: string) => ({ redis: redis.url, prefix, source: 'tester', group: 'testers' });

  it('is noted by the first worker, however many start at once, each with or without partitions', async () => {
    for (const [prefix, partitions] of [
      ['whole', 1],
      ['divided', 3],
    ] as const) {
      const starts = Array.from({ length: 5 }, () => startWorker(redis.url, { prefix, partitions }, [silent]));
      const workers = await Promise.all(starts);
      expect(await layoutOf(prefix)).toBe(OWN);
      await Promise.all(workers.map((worker) => worker.stop()));
      // And it is known again.
      await using again = await startWorker(redis.url, { prefix, partitions }, [silent]);
      expect(again.consumer.isConsuming).toBe(true);
    }
  });

  it('is noted by nobody who only looks or publishes, and does not keep others from what strangers have written', async () => {
    await redis.client.xadd('foreign:notes', '*', ...noteFields());
    await redis.client.xgroup('CREATE', 'foreign:notes', 'strangers', '0');
    await redis.client.xgroup('CREATE', 'foreign:notes', 'testers', '0');
    await using viewer = await startWorker(redis.url, { prefix: 'foreign', group: null });
    expect(await viewer.monitor.streams()).toEqual(['notes']);
    expect(await layoutOf('foreign')).toBeNull();
    let handled = 0;
    await using worker = await startWorker(redis.url, { prefix: 'foreign' }, [noteHandler(() => { handled += 1; })]); // prettier-ignore
    await eventually('it is handled', () => handled === 1);
    expect(worker.consumer.isConsuming).toBe(true);
    expect(await layoutOf('foreign')).toBe(OWN);
  });

  it.each(others)('refuses every start on data %s, and leaves it as it is', async (name, layout, shown) => {
    const prefix = name.replaceAll(' ', '-');
    await redis.client.xadd(`${prefix}:notes`, '*', ...noteFields());
    await redis.client.set(`${prefix}:partitions:count`, '1');
    if (layout !== null) await redis.client.set(`${prefix}:layout:version`, layout);
    const before = (await redis.client.keys(`${prefix}:*`)).sort();

    const producer = createProducer(plain(prefix));
    const worker = createWorker(plain(prefix), [{ event: NoteTaken, name: 'notes.take', handle: () => undefined }]);
    const starts: Record<string, () => Promise<unknown>> = {
      'a worker': () => startWorker(redis.url, { prefix }, [silent]),
      'a worker with partitions': () => startWorker(redis.url, { prefix, partitions: 3 }, [silent]),
      'one that only publishes or looks': () => startWorker(redis.url, { prefix, group: null }),
      createProducer: () => producer.start(),
      createWorker: () => worker.start(),
      createOperator: () => createOperator(plain(prefix)).start(),
    };
    for (const [who, start] of Object.entries(starts)) {
      const error: unknown = await start().then(
        () => expect.fail(`${who} has started`),
        (reason: unknown) => reason,
      );
      expect(error, who).toBeInstanceOf(LayoutVersionError);
      expect(error, who).toBeInstanceOf(ConfigurationError);
      expect(error, who).toMatchObject({
        name: 'LayoutVersionError',
        prefix,
        key: `${prefix}:layout:version`,
        expected: LAYOUT_VERSION,
        found: layout,
        message:
          `Expected layout ${OWN} of the data of ${prefix} in Redis (key ${prefix}:layout:version), got ${shown}. ` +
          'Either start the version of nestjs-event-streams that has written it. Or let that version handle what is open, ' +
          `stop all applications of ${prefix}, and begin with another prefix or with an empty Redis`,
      });
    }
    expect((await redis.client.keys(`*${prefix}*`)).sort()).toEqual(before);
    expect(await layoutOf(prefix)).toBe(layout);
  });

  it.each<[name: string, key: string, noted: string, expected: new (...args: never[]) => Error]>([
    ['of another layout', 'layout:version', String(LAYOUT_VERSION + 1), LayoutVersionError],
    ['with another number of partitions', 'partitions:count', '8', ConfigurationError],
  ])(
    'is checked before the first event of a producer that started while Redis was away: data %s',
    async (_, key, noted, expected) => {
      await using own = await freshRedis();
      for (const name of ['partitions:count', 'layout:version']) await own.client.set(`late:${name}`, '1');
      await own.client.set(`late:${key}`, noted);
      own.server.freeze();
      const producer = createProducer({ ...plain('late'), redis: own.url, commandTimeoutMs: 500 });
      try {
        await producer.start();
      } finally {
        own.server.thaw();
      }
      const publish = () => producer.publish(NoteTaken, { topic: 'a', number: 1 });
      try {
        await expect(publish()).rejects.toThrow(expected);
        await expect(publish(), 'again').rejects.toThrow(expected);
        await expect(producer.publishAll([{ event: NoteTaken, data: { topic: 'a', number: 2 } }])).rejects.toThrow(
          expected,
        );
        expect((await own.client.keys('late:*')).sort()).toEqual(['late:layout:version', 'late:partitions:count']);

        // And once for all when it fits.
        await own.client.set(`late:${key}`, '1');
        await publish();
        await own.client.config('RESETSTAT');
        await Promise.all([publish(), publish()]);
        await publish();
        expect(await own.client.xlen('late:notes')).toBe(4);
        expect(await own.client.info('commandstats')).not.toContain('cmdstat_get:');
      } finally {
        await producer.stop();
      }
    },
  );

  it('is noted again, with the number of partitions, when Redis lost everything while a worker ran', async () => {
    await using own = await freshRedis();
    await using worker = await startWorker(own.url, { prefix: 'lost', partitions: 2 }, [silent]);
    await eventually('it owns all', () => worker.consumer.partitions.length === 2);
    await own.client.flushall();
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('both are noted again', async () => {
      return (await own.client.mget('lost:layout:version', 'lost:partitions:count')).join() === `${OWN},2`;
    });
    await expect(startWorker(own.url, { prefix: 'lost' }, [silent])).rejects.toThrow('expected partitions as 2');
  });

  it('is no reason to stop when another version notes its own after such a loss; it is an error of the log', async () => {
    await using own = await freshRedis();
    const seen: number[] = [];
    await using worker = await startWorker(own.url, { prefix: 'mixed' }, [
      noteHandler(({ data }) => seen.push(data.number)),
    ]);
    const logs = collectLogs();
    await own.client.multi().flushall().set('mixed:layout:version', '77').exec();
    await eventually('it is said', () => logs.errors.some((line) => /Could not note again .* got 77/.test(line)));
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it goes on', () => seen.includes(1));
  });
});
