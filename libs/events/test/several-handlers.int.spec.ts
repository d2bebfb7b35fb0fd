import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;

describe('several handlers of one event', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('run until each has succeeded, and the last one acknowledges', async () => {
    const runs: string[] = [];
    const gate = new Gate();
    const quick = noteHandler(
      (_, { transaction }) => {
        runs.push('quick');
        transaction.incrby('quick', 1);
      },
      {},
      'Quick',
    );
    const clumsy = noteHandler(
      (_, { transaction, attempt }) => {
        runs.push(`clumsy ${String(attempt)}`);
        transaction.incrby('clumsy', 1);
        if (attempt < 3) throw new Error('again');
      },
      { retry: SOON },
      'Clumsy',
    );
    const slow = noteHandler(
      async (_, { transaction }) => {
        await gate.pass();
        runs.push('slow');
        transaction.incrby('slow', 1);
      },
      {},
      'Slow',
    );
    await using worker = await startWorker(redis.url, { prefix: 'three' }, [quick, clumsy, slow]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });

    await eventually(
      'two are through',
      () => worker.observations.filter(({ kind }) => kind === 'handled').length === 2,
    );
    expect(await pendingOf(worker)).toBe(1);
    gate.open();
    await eventually('it is acknowledged', async () => (await pendingOf(worker)) === 0);
    expect([...runs].sort()).toEqual(['clumsy 1', 'clumsy 2', 'clumsy 3', 'quick', 'slow']);
    expect(await redis.client.mget(['quick', 'clumsy', 'slow'].map((name) => `three:tester:${name}`))).toEqual([
      '1',
      '1',
      '1',
    ]);
    expect(await redis.client.exists('three:notes:testers:deliveries')).toBe(0);
  });

  it('are not run again on another worker when they were done on the first', async () => {
    const runs: string[] = [];
    let isMended = false;
    const done = noteHandler(
      (_, { consumer, transaction }) => {
        runs.push(`done ${consumer}`);
        transaction.incrby('done', 1);
      },
      {},
      'Done',
    );
    const plain = noteHandler((_, { consumer }) => runs.push(`plain ${consumer}`), {}, 'Plain');
    const failing = noteHandler(
      (_, { consumer, attempt }) => {
        if (!isMended) throw new Error('an hour later');
        runs.push(`failing ${consumer} ${String(attempt)}`);
      },
      { retry: { attempts: 9, firstDelayMs: 3_600_000, maxDelayMs: 3_600_000 } },
      'Failing',
    );
    const handlers = [done, plain, failing];
    const first = await startWorker(redis.url, { prefix: 'moved' }, handlers);
    await first.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('all have run', () => first.observations.length === 3);
    await first.stop();
    isMended = true;

    await using second = await startWorker(redis.url, { prefix: 'moved' }, handlers);
    await eventually('it is acknowledged', () => second.observations.some(({ kind }) => kind === 'handled'));
    const { name } = first.consumer;
    expect(runs.sort()).toEqual([`done ${name}`, `failing ${second.consumer.name} 2`, `plain ${name}`]);
    expect(await redis.client.get('moved:tester:done')).toBe('1');
    expect(await pendingOf(second)).toBe(0);
    expect(await redis.client.exists('moved:notes:testers:deliveries')).toBe(0);
  });

  it('become dead letters one by one', async () => {
    const fine = noteHandler((_, { transaction }) => transaction.incrby('fine', 1), {}, 'Fine');
    const broken = noteHandler(
      (_, { transaction }) => {
        transaction.incrby('broken', 1);
        throw new Error('never');
      },
      { retry: { ...SOON, attempts: 2 } },
      'Broken',
    );
    await using worker = await startWorker(redis.url, { prefix: 'one' }, [broken, fine]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually(
      'it is acknowledged',
      async () => worker.observations.length === 3 && (await pendingOf(worker)) === 0,
    );
    expect(await readEntries(redis.client, 'one:notes:dead-letters')).toMatchObject([
      { handler: 'Broken.onNote', attempts: '2', reason: 'exhausted' },
    ]);
    expect(await redis.client.mget('one:tester:fine', 'one:tester:broken')).toEqual(['1', null]);
    expect(await redis.client.exists('one:notes:testers:deliveries')).toBe(0);
  });

  it('become one dead letter each when all of them fail', async () => {
    const failing = ['A', 'B', 'C'].map((name) =>
      noteHandler(() => Promise.reject(new Error(`${name} fails`)), { retry: { ...SOON, attempts: 2 } }, name),
    );
    await using worker = await startWorker(redis.url, { prefix: 'all' }, failing);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is acknowledged', async () => {
      return (await redis.client.xlen('all:notes:dead-letters')) === 3 && (await pendingOf(worker)) === 0;
    });
    const deadLetters = await readEntries(redis.client, 'all:notes:dead-letters');
    expect(deadLetters.map((deadLetter) => deadLetter['error_message']).sort()).toEqual([
      'A fails',
      'B fails',
      'C fails',
    ]);
    expect(await redis.client.exists('all:notes:testers:deliveries')).toBe(0);
  });

  it('make one dead letter of an entry that none of them can read', async () => {
    const seen: string[] = [];
    const handlers = ['A', 'B'].map((name) => noteHandler(() => seen.push(name), {}, name));
    await using worker = await startWorker(redis.url, { prefix: 'unread' }, handlers);
    await redis.client.xadd('unread:notes', '*', 'hello', 'world');
    await eventually('it is a dead letter', () => redis.client.xlen('unread:notes:dead-letters'));
    await eventually('it is acknowledged', async () => (await pendingOf(worker)) === 0);
    expect(await redis.client.xlen('unread:notes:dead-letters')).toBe(1);
    expect(seen).toEqual([]);
  });
});
