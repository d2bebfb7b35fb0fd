import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { noteHandler } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { callsOf } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

/** Work is counted in commands of the server, which no other load changes. */
describe('what a script does in one call', () => {
  let redis: TestRedis;
  let client: StreamClient;
  beforeAll(async () => {
    redis = await freshRedis();
    client = new StreamClient(new RedisConnection(redis.url, { name: 'test', timeoutMs: 5000 }));
  });
  afterAll(async () => {
    client.connection.close();
    await redis.stop();
  });
  beforeEach(() => redis.client.config('RESETSTAT'));

  /** A worker that parks the key of an event that fails, as the first does until it is mended. */
  async function parking(prefix: string, count: number) {
    const state = { isBroken: true };
    const handler = noteHandler(
      ({ data: { number } }, { transaction }) => {
        if (state.isBroken && number === 0) throw new UnrecoverableError('the first is broken');
        transaction.rpush('order', number);
      },
      { afterDeadLetter: 'park-key' },
    );
    const worker = await startWorker(redis.url, { prefix, consumer: { claimAfterMs: 60_000 } }, [handler]);
    await worker.producer.publishAll(notes('a', count));
    await eventually('all are parked', async () => (await redis.client.xlen(`${prefix}:notes:dead-letters`)) === count);
    return { worker, state, [Symbol.asyncDispose]: () => worker.stop() };
  }

  async function evaluations(): Promise<number> {
    return (await callsOf(redis.client, 'eval')) + (await callsOf(redis.client, 'evalsha'));
  }

  const parkedKey = async (prefix: string) => (await redis.client.keys(`${prefix}:notes:testers:parked:*`))[0] ?? '';
  const orderOf = (prefix: string) => redis.client.lrange(`${prefix}:tester:order`, 0, -1);
  const upTo = (count: number) => Array.from({ length: count }, (_, number) => String(number));
  const firstDeadLetter = async (worker: Worker) =>
    (await worker.app.get(DeadLetters).list('notes', {}, { count: 1 }))[0];

  /** How often lists of parked events are looked at until so many events of one key are replayed. */
  async function looksToReplay(count: number): Promise<number> {
    const prefix = `replay-${String(count)}`;
    await using parked = await parking(prefix, count);
    const { worker, state } = parked;
    state.isBroken = false;
    await redis.client.config('RESETSTAT');
    await worker.app.get(DeadLetters).replay('notes', (await firstDeadLetter(worker))?.id ?? '');
    await eventually('all are handled', async () => (await orderOf(prefix)).length === count, 60_000);
    expect(await orderOf(prefix)).toEqual(upTo(count));
    return await callsOf(redis.client, 'lindex');
  }

  it('is in proportion when the parked events of a key are replayed: each costs the same, however many there are', async () => {
    const few = await looksToReplay(50);
    const many = await looksToReplay(400);
    expect(many / 400).toBeLessThanOrEqual(1.1 * (few / 50));
    expect(many / 400).toBeLessThan(12);
  });

  it('is in proportion to the digits of a number when one in the middle is looked for', async () => {
    await using parked = await parking('middle', 300);
    const { worker } = parked;
    const deadLetters = await worker.app.get(DeadLetters).list('notes', {}, { count: 300 });
    await redis.client.config('RESETSTAT');
    await worker.app.get(DeadLetters).discard('notes', deadLetters[150]?.id ?? '');
    expect(await callsOf(redis.client, 'lindex')).toBeLessThan(15);
    expect(await redis.client.llen(await parkedKey('middle'))).toBe(299);
    expect((await redis.client.lrange(await parkedKey('middle'), 150, 150))[0]).toContain(deadLetters[151]?.entryId);
  });

  it('is bounded when dead letters of parked events are gone: the rest is done in calls that follow', async () => {
    await using parked = await parking('gone', 1);
    const { worker, state } = parked;
    const list = await parkedKey('gone');
    const ahead = Array.from({ length: 2500 }, (_, index) => `1-${String(index + 1)} 1-${String(index + 1)}`);
    await redis.client.lpush(list, ...ahead.reverse());
    state.isBroken = false;
    await redis.client.config('RESETSTAT');
    await worker.app.get(DeadLetters).replay('notes', (await firstDeadLetter(worker))?.id ?? '');
    // 1,000, 1,000, and the last 500 together with what was asked for.
    expect(await callsOf(redis.client, 'lpop')).toBeGreaterThanOrEqual(2500);
    expect(await evaluations()).toBeGreaterThanOrEqual(3);
    await eventually('it is handled', async () => (await orderOf('gone')).length === 1);
  });

  it('is bounded when dead letters behind one that is being replayed are gone, and the one after them comes next', async () => {
    await using parked = await parking('behind', 2);
    const { worker, state } = parked;
    const list = await parkedKey('behind');
    const [first = '', second = ''] = await redis.client.lrange(list, 0, -1);
    const [firstId = ''] = first.split(' ');
    const gone = Array.from(
      { length: 2500 },
      (_, index) => `${firstId.split('-')[0] ?? ''}-${String(90_000_000 + index)} 1-1`,
    );
    await redis.client.rpop(list);
    await redis.client.rpush(
      list,
      ...gone,
      second.replace(/^\d+/, (ms) => String(Number(ms))),
    );
    state.isBroken = false;
    await worker.app.get(DeadLetters).replay('notes', (await firstDeadLetter(worker))?.id ?? '');
    await eventually('both are handled', async () => (await orderOf('behind')).length === 2);
    expect(await redis.client.exists(list)).toBe(0);
  });

  it('is one page when a consumer leaves: it hands back what it holds in several calls', async () => {
    await redis.client.xgroup('CREATE', 'left', 'testers', '0', 'MKSTREAM');
    for (let index = 0; index < 1200; index += 1) await redis.client.xadd('left', '*', 'a', 'b');
    await redis.client.xreadgroup('GROUP', 'testers', 'me', 'COUNT', 1200, 'STREAMS', 'left', '>');
    await redis.client.config('RESETSTAT');
    const address = { streamKey: 'left', group: 'testers', consumer: 'me' };
    expect(await client.claims.handBack(address, 60_000)).toBe(1200);
    expect(await evaluations()).toBe(2);
    const rows = await redis.client.xpending('left', 'testers', 'IDLE', 50_000, '-', '+', 2000);
    expect(rows).toHaveLength(1200);
    await redis.client.xack('left', 'testers', ...rows.map((row) => (row as [string])[0]));
    expect(await client.claims.handBack(address, 60_000)).toBe(0);
    expect(await redis.client.xinfo('CONSUMERS', 'left', 'testers')).toEqual([]);
  });

  it('is one part when many claims are renewed', async () => {
    await redis.client.xgroup('CREATE', 'held', 'testers', '0', 'MKSTREAM');
    for (let index = 0; index < 2500; index += 1) await redis.client.xadd('held', '*', 'a', 'b');
    const reply = await redis.client.xreadgroup('GROUP', 'testers', 'me', 'COUNT', 2500, 'STREAMS', 'held', '>');
    const ids = (reply as [string, [string, string[]][]][])[0]?.[1].map(([id]) => id) ?? [];
    await redis.client.xack('held', 'testers', ids[1700] ?? '');
    await redis.client.config('RESETSTAT');
    expect(await client.claims.renew({ streamKey: 'held', group: 'testers', consumer: 'me' }, ids)).toEqual([
      ids[1700],
    ]);
    expect(await evaluations()).toBe(3);
  });

  it('is so many consumers at once that are gone', async () => {
    await redis.client.xgroup('CREATE', 'crowd', 'testers', '0', 'MKSTREAM');
    for (let index = 0; index < 250; index += 1) {
      await redis.client.xgroup('CREATECONSUMER', 'crowd', 'testers', `gone ${String(index)}`);
    }
    const address = { streamKey: 'crowd', group: 'testers', consumer: 'me' };
    const sweeps = [];
    for (let sweep = 0; sweep < 4; sweep += 1) sweeps.push((await client.watch.removeConsumers(address, 0)).length);
    expect(sweeps).toEqual([100, 100, 50, 0]);
  });

  it('does not lose with its key what cannot be replayed: that stays a dead letter, and the key stays parked', async () => {
    await using parked = await parking('wide', 2);
    const { worker, state } = parked;
    const list = await parkedKey('wide');
    const [, second = ''] = await redis.client.lrange(list, 0, -1);
    // The dead letter of the second as one that was too wide for fields of its own.
    const [, deadLetter = ''] = second.split(' ');
    const [[, fields] = ['', []]] = await redis.client.xrange('wide:notes:dead-letters', deadLetter, deadLetter);
    const about = fields.flatMap((name, index) =>
      index % 2 === 0 && !name.startsWith('entry.') ? [name, fields[index + 1] ?? ''] : [],
    );
    const stored = await redis.client.xadd('wide:notes:dead-letters', '*', ...about, 'entry_json', '["a","b"]');
    await redis.client.xdel('wide:notes:dead-letters', deadLetter);
    await redis.client.lset(list, 1, second.replace(deadLetter, stored ?? ''));
    state.isBroken = false;
    await worker.app.get(DeadLetters).replay('notes', (await firstDeadLetter(worker))?.id ?? '');
    await eventually('the first is handled', async () => (await orderOf('wide')).length === 1);
    await eventually('it is settled', async () => (await redis.client.xlen('wide:notes:testers:replays')) === 0);
    const left = await redis.client.xrange('wide:notes:dead-letters', '-', '+');
    expect(left.map(([id]) => id)).toEqual([stored]);
    expect(await redis.client.lrange(list, 0, -1)).toHaveLength(1);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 2 });
    await eventually('what follows is parked', async () => (await redis.client.llen(list)) === 2);
  });
});
