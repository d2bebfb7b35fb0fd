import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { adminOf, BUSY, NOREPLICAS, type Refusal } from './refusals.js';
import { startWorker } from './worker.js';

type Client = TestRedis['client'];

const MANY = 100;

/** Refusals that concern whatever is asked. */
const refusals: Record<string, Refusal> = {
  NOREPLICAS,
  BUSY,
  NOPERM: {
    begin: (admin) => admin.acl('SETUSER', 'default', '-@scripting'),
    end: (admin) => admin.acl('SETUSER', 'default', '+@all'),
  },
};

describe('settlements while Redis refuses', () => {
  let redis: TestRedis;
  let admin: Client;
  beforeAll(async () => {
    redis = await freshRedis();
    admin = await adminOf(redis);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  /** What was refused so far, of the calls that scripts go with. */
  async function refusedScripts(): Promise<number> {
    const stats = await admin.info('commandstats');
    const counts = [...stats.matchAll(/^cmdstat_eval(?:sha)?:.*rejected_calls=(\d+),failed_calls=(\d+)/gm)];
    return counts.reduce((sum, [, rejected, failed]) => sum + Number(rejected) + Number(failed), 0);
  }

  it.each(Object.entries(refusals))('are sent together again, not one by one: %s', async (name, { begin, end }) => {
    const prefix = name.toLowerCase();
    let arrived = 0;
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const handler = noteHandler(async (_, { transaction }) => {
      transaction.incrby('effects', 1);
      arrived += 1;
      await gate;
    });
    const consumer = { claimAfterMs: 60_000, concurrency: MANY };
    await using worker = await startWorker(redis.url, { prefix, consumer }, [handler]);
    await worker.producer.publishAll(
      Array.from({ length: MANY }, (_, number) => ({ event: NoteTaken, data: { topic: String(number), number } })),
    );
    await eventually('all are being handled', () => arrived === MANY);
    // A busy server tells nothing meanwhile.
    const before = await refusedScripts();
    await begin(admin);
    goOn();
    const until = Date.now() + 1500;
    await eventually('they had the time to be refused some times', () => Date.now() > until);
    await end(admin);
    const refused = (await refusedScripts()) - before;
    expect(refused).toBeGreaterThanOrEqual(3);
    // One call for all in each round, and what else a worker asks for.
    expect(refused).toBeLessThan(MANY / 2);
    await eventually('all are settled', async () => (await admin.get(`${prefix}:tester:effects`)) === String(MANY));
  });
});
