import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { settleArguments } from '../src/settle/settle-arguments.js';
import type { Settlement } from '../src/settle/settlement.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { replyDigest } from '../src/transaction/reply-digest.js';
import type { BufferedWrite } from '../src/transaction/effects.js';

const GROUP = 'testers';
const HANDLERS = ['A.on'];

/** Several settlements in one call: what one of them is told must not depend on the others. */
describe('settle.lua', () => {
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

  /** Appends events, each under the id that it is given, and lets consumers read one after the other. */
  async function deliver(stream: string, events: Record<string, string>, consumers: readonly string[]): Promise<void> {
    for (const [id, event] of Object.entries(events)) await redis.client.xadd(stream, id, 'event_id', event);
    await redis.client.xgroup('CREATE', stream, GROUP, '0');
    for (const consumer of consumers) {
      await redis.client.xreadgroup('GROUP', GROUP, consumer, 'COUNT', 1, 'STREAMS', stream, '>');
    }
  }

  function settlement(stream: string, id: string, eventId: string, value = 'done'): Settlement {
    const write = { command: 'HSET', key: `${stream}:effects`, type: 'hash', integer: '', args: [id, value] } as const;
    const where = {
      streamKey: stream,
      notes: `${stream}:deliveries`,
      id,
      eventId,
      handler: 'A.on',
      handlers: HANDLERS,
    };
    return { ...where, noteBecomes: undefined, keyRule: undefined, reads: [], writes: [write], events: [] };
  }

  async function settle(settlements: readonly Settlement[]): Promise<string[]> {
    const { keys, values } = settleArguments({ group: GROUP, consumer: 'me' }, settlements);
    return (await client.settling.settle(keys, values)).map(({ status }) => status);
  }

  const effects = (stream: string) => redis.client.hgetall(`${stream}:effects`);

  it("applies settlements of this consumer's entries, and names the consumers of the others", async () => {
    await deliver('mixed', { '1-1': 'a', '2-1': 'b', '3-1': 'c', '4-1': 'd' }, ['me', 'other', 'me', 'me']);
    await redis.client.xack('mixed', GROUP, '3-1');
    const all = ['1-1 a', '2-1 b', '3-1 c', '4-1 d'].map((one) => one.split(' ') as [string, string]);
    expect(await settle(all.map(([id, event]) => settlement('mixed', id, event)))).toEqual([
      'applied',
      'lost',
      'already-settled',
      'applied',
    ]);
    expect(await effects('mixed')).toEqual({ '1-1': 'done', '4-1': 'done' });
    expect(await redis.client.xpending('mixed', GROUP)).toEqual([1, '2-1', '2-1', [['other', '1']]]);
  });

  it('applies a settlement once that comes twice in one call', async () => {
    await deliver('twice', { '1-1': 'a' }, ['me']);
    expect(await settle([settlement('twice', '1-1', 'a', 'first'), settlement('twice', '1-1', 'a', 'second')])).toEqual(
      ['applied', 'already-settled'],
    );
    expect(await effects('twice')).toEqual({ '1-1': 'first' });
  });

  it('finds entries whose ids belong to other events by now: all of them, or the last ones', async () => {
    const before = ['1-1 a', '2-1 b', '3-1 c'].map((one) => one.split(' ') as [string, string]);
    const all = (stream: string) => before.map(([id, event]) => settlement(stream, id, event));
    await deliver('restored', { '1-1': 'a', '2-1': 'b', '3-1': 'c' }, ['me', 'me', 'me']);
    expect(await settle(all('restored'))).toEqual(['applied', 'applied', 'applied']);
    await deliver('remade', { '1-1': 'x', '2-1': 'y', '3-1': 'z' }, ['me', 'me', 'me']);
    expect(await settle(all('remade'))).toEqual(['already-settled', 'already-settled', 'already-settled']);
    await deliver('cut', { '1-1': 'a', '2-1': 'y', '3-1': 'z' }, ['me', 'me', 'me']);
    expect(await settle(all('cut').reverse())).toEqual(['already-settled', 'already-settled', 'applied']);
    expect([await effects('remade'), await effects('cut')]).toEqual([{}, { '1-1': 'done' }]);
  });

  it('goes on when the highest entry is gone: the others are looked at one by one', async () => {
    await deliver('trimmed', { '1-1': 'a', '2-1': 'y', '3-1': 'c' }, ['me', 'me', 'me']);
    await redis.client.xdel('trimmed', '3-1');
    const given = [
      settlement('trimmed', '1-1', 'a'),
      settlement('trimmed', '2-1', 'b'),
      settlement('trimmed', '3-1', 'c'),
    ];
    expect(await settle(given)).toEqual(['applied', 'already-settled', 'applied']);
  });

  it('applies the others when one is refused, also because a key has got another type meanwhile', async () => {
    await deliver('refused', { '1-1': 'a', '2-1': 'b', '3-1': 'c', '4-1': 'd' }, ['me', 'me', 'me', 'me']);
    const text = { command: 'SET', key: 'refused:effects', type: '', integer: '', args: ['text'] } as const;
    const gone = { command: 'DEL', key: 'refused:effects', type: '', integer: '', args: [] } as const;
    const given = [
      settlement('refused', '1-1', 'a'),
      { ...settlement('refused', '2-1', 'b'), writes: [text] },
      settlement('refused', '3-1', 'c'),
      { ...settlement('refused', '4-1', 'd'), writes: [gone] },
    ];
    expect(await settle(given)).toEqual(['applied', 'applied', 'refused', 'applied']);
    expect(await settle([settlement('refused', '3-1', 'c')])).toEqual(['applied']);
    expect(await effects('refused')).toEqual({ '3-1': 'done' });
  });

  it('continues increments of one number without reading it, until another command writes it', async () => {
    const ids = ['1-1', '2-1', '3-1', '4-1', '5-1'];
    const events = Object.fromEntries(ids.map((id) => [id, `event ${id}`]));
    await deliver('sums', events, ids.map(() => 'me')); // prettier-ignore
    await redis.client.hset('sums:counts', 'big', '999999999999990', 'small', 'text');
    const add = (field: string, by: string): BufferedWrite => ({
      command: 'HINCRBY',
      key: 'sums:counts',
      type: 'hash',
      integer: ':',
      args: [field, by],
    });
    const set: BufferedWrite = {
      command: 'HSET',
      key: 'sums:counts',
      type: 'hash',
      integer: '',
      args: ['big', 'text'],
    };
    const given = [
      [add('big', '9')],
      [add('big', '1')],
      [add('big', '1'), add('other', '1')],
      [set],
      [add('big', '1')],
    ];
    const settlements = ids.map((id, index) => ({
      ...settlement('sums', id, `event ${id}`),
      writes: given[index] ?? [],
    }));
    const { keys, values } = settleArguments({ group: GROUP, consumer: 'me' }, settlements);
    expect(await client.settling.settle(keys, values)).toEqual([
      { status: 'applied' },
      { status: 'applied' },
      { status: 'refused', why: expect.stringMatching(/at most 15 digits, it holds 1000000000000000$/) as string },
      { status: 'applied' },
      { status: 'refused', why: expect.stringMatching(/it holds text$/) as string },
    ]);
    expect(await redis.client.hgetall('sums:counts')).toEqual({ big: 'text', small: 'text' });
  });

  it('learns the type of a key from a read that has found something, and from no other', async () => {
    await deliver('kinds', { '1-1': 'a', '2-1': 'b', '3-1': 'c' }, ['me', 'me', 'me']);
    await redis.client.hset('kinds:there', 'field', 'value');
    const read = (key: string, value: string | null) => ({
      command: 'HMGET',
      key,
      args: ['field'],
      digest: replyDigest('HMGET', [value]),
    });
    const member: BufferedWrite = { command: 'SADD', key: 'kinds:set', type: 'set', integer: '', args: ['member'] };
    const given = [
      { ...settlement('kinds', '1-1', 'a'), reads: [read('kinds:there', 'value'), read('kinds:set', null)], writes: [member] },
      { ...settlement('kinds', '2-1', 'b'), reads: [], writes: [{ ...member, key: 'kinds:there' }] },
      { ...settlement('kinds', '3-1', 'c'), reads: [read('kinds:there', 'other value')] },
    ]; // prettier-ignore
    expect(await settle(given)).toEqual(['applied', 'refused', 'conflict']);
  });

  it.each([20, 200])('compares what was read by its bytes, whether it is short or long (%i)', async (length) => {
    const stream = `read-${String(length)}`;
    await deliver(stream, { '1-1': 'a', '2-1': 'b' }, ['me', 'me']);
    const text = 'ü'.repeat(length);
    await redis.client.hset(`${stream}:read`, 'field', text);
    const read = (value: string) => [
      { command: 'HMGET', key: `${stream}:read`, args: ['field'], digest: replyDigest('HMGET', [value]) },
    ];
    const given = [
      { ...settlement(stream, '1-1', 'a'), reads: read(text) },
      { ...settlement(stream, '2-1', 'b'), reads: read(`${text}.`) },
    ];
    expect(await settle(given)).toEqual(['applied', 'conflict']);
  });

  it('gives each settlement of a lost group an error, and applies those of other streams', async () => {
    await deliver('here', { '1-1': 'a' }, ['me']);
    await redis.client.xadd('groupless', '1-1', 'event_id', 'a');
    const given = [
      settlement('groupless', '1-1', 'a'),
      settlement('here', '1-1', 'a'),
      settlement('groupless', '1-1', 'a'),
    ];
    expect(await settle(given)).toEqual(['error', 'applied', 'error']);
  });
});
