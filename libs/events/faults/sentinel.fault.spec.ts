import { isDeepStrictEqual } from 'node:util';
import { eventually, type TestRedis } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import { startWorker, type Worker } from '../test/worker.js';
import { readFinalState } from './final-state.js';
import { History } from './history.js';
import { keysOf, publishOn } from './publishers.js';
import { startSentinels, type Sentinels } from './sentinels.js';
import { BACK_IN_TIME, expectPromisesKept } from './trial.js';

const consumer = { forgetAfterMs: 500 };
const options = { consumer, commandTimeoutMs: 500, producer: { timeoutMs: 2000 } };

const worker = ({ options: redis }: Sentinels, prefix: string, history: History): Promise<Worker> =>
  startWorker('', { ...options, redis, prefix }, [history.handler()]);

/** Waits until so many more were acknowledged: publishing goes on. */
async function moreAcknowledged(history: History, count: number): Promise<void> {
  const enough = history.count('acknowledged') + count;
  await eventually('publishing goes on', () => history.count('acknowledged') >= enough);
}

describe('under Sentinels', () => {
  it('SENTINEL FAILOVER under load: all goes on with the new master, and effects are there once', async () => {
    const prefix = 'failover';
    const history = new History();
    await using sentinels = await startSentinels();
    await using one = await worker(sentinels, prefix, history);
    await using two = await worker(sentinels, prefix, history);
    const publishers = publishOn(history, one.producer, keysOf('key', 5));
    await moreAcknowledged(history, 100);
    await sentinels.failover();
    const asked = history.publications.length;
    await moreAcknowledged(history, 500);
    await publishers.stop();
    await expectPromisesKept(history, { client: sentinels.client, prefix, alive: [one, two] }, BACK_IN_TIME);
    // Whoever is told of the new master leaves the old one, which goes on for some seconds and would take everything.
    const kept = new Set((await readFinalState(sentinels.client, { prefix })).entries.map(({ eventId }) => eventId));
    const since = history.publications.slice(asked).filter(({ answer }) => answer.kind === 'acknowledged');
    expect(since.filter(({ eventId }) => !kept.has(eventId))).toEqual([]);
  });

  it('a master that freezes is replaced; when it wakes it is a zombie, and what it still does counts for nothing', async () => {
    const prefix = 'frozen';
    const history = new History();
    await using sentinels = await startSentinels({ replicas: 2 });
    await using one = await worker(sentinels, prefix, history);
    await using two = await worker(sentinels, prefix, history);
    const publishers = publishOn(history, one.producer, keysOf('key', 5));
    await moreAcknowledged(history, 100);
    await sentinels.freezeMaster();
    await moreAcknowledged(history, 100);
    await sentinels.thawMaster();
    await moreAcknowledged(history, 100);
    await publishers.stop();
    await expectPromisesKept(history, { client: sentinels.client, prefix, alive: [one, two] }, BACK_IN_TIME);
    // The zombie has taken over the new master's history.
    const contents = async (client: TestRedis['client']) => [
      (await client.xrange(`${prefix}:notes`, '-', '+')).map(([id]) => id),
      (await client.hkeys(`${prefix}:tester:effects`)).sort(),
    ];
    const expected = await contents(sentinels.client);
    await eventually('it is in step', async () => isDeepStrictEqual(await contents(sentinels.first.client), expected));
  });

  it('a master that is killed while its replica lags: what the replica never got is lost with its effects, and no more', async () => {
    const prefix = 'lagging';
    const history = new History();
    await using sentinels = await startSentinels({ withProxy: true });
    await using one = await worker(sentinels, prefix, history);
    const publishers = publishOn(history, one.producer, keysOf('key', 5));
    await moreAcknowledged(history, 100);
    sentinels.cutReplicaLink();
    await moreAcknowledged(history, 100);
    await sentinels.killMaster();
    await moreAcknowledged(history, 100);
    await publishers.stop();
    await expectPromisesKept(history, { client: sentinels.client, prefix, alive: [one] }, BACK_IN_TIME);
    const kept = new Set((await readFinalState(sentinels.client, { prefix })).entries.map(({ eventId }) => eventId));
    const acknowledged = history.publications.filter(({ answer }) => answer.kind === 'acknowledged');
    // The test is worth nothing if nothing was lost, and shows nothing if more was lost than came in that time.
    const lost = acknowledged.map(({ eventId }) => kept.has(eventId));
    expect(lost.filter((isKept) => !isKept).length).toBeGreaterThanOrEqual(100);
    expect(lost.slice(0, 50)).not.toContain(false);
    expect(lost.slice(-50)).not.toContain(false);
  });
});
