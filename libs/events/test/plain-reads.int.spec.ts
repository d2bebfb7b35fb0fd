import { PassThrough } from 'node:stream';
import { freshRedis, type TestRedis } from '@repo/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlockingReads } from '../src/connection/blocking-reads.js';
import { IOREDIS_VERSION } from '../src/connection/ioredis-version.js';
import { whyNotTaken } from '../src/connection/raw-replies.js';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { EntryReader } from '../src/stream/clients/entry-reader.js';
import { collectLogs } from './logs.js';

const ADDRESS = { group: 'testers', consumer: 'me' };
const OF_PLAIN = 'Events are read through ioredis';

/** Has ioredis read a connection by `readable` and `read()`, as another version of it might. */
async function readOtherwise(connection: RedisConnection): Promise<void> {
  await connection.command('PING');
  const { stream } = (connection as unknown as { client: Redis }).client;
  const listeners = stream.listeners('data') as ((chunk: Buffer) => void)[];
  stream.removeAllListeners('data');
  stream.on('readable', () => {
    for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null) {
      for (const listener of listeners) listener(chunk);
    }
  });
}

it.each<[read: readonly ('data' | 'readable')[], why: string | undefined]>([
  [['data'], undefined],
  [['readable'], 'listeners of "data" alone'],
  [['data', 'readable'], 'listeners of "data" alone'],
  [[], 'listeners of "data" alone'],
])('whether replies are taken from a connection that is read by %j: %s', (read, why) => {
  const stream = new PassThrough();
  for (const event of read) stream.on(event, () => undefined);
  const said = whyNotTaken(stream as unknown as Redis['stream'], '6.0.0');
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(why);
});

// Whoever raises ioredis sees this fail: run the tests of reading (this folder, and npm run test:faults) with it, then add it to TESTED.
it('the ioredis of this repository is one with which taking replies was tested', () => {
  expect(whyNotTaken(readByListener(), IOREDIS_VERSION)).toBeUndefined();
});

it.each(['6.1.0', '6.00.1', '60.0.0', '7.0.0', '5.11.1', undefined])(
  'replies are not taken with ioredis %s',
  (version) => {
    expect(whyNotTaken(readByListener(), version)).toContain('expected ioredis 6.0');
  },
);

function readByListener(): Redis['stream'] {
  return new PassThrough().on('data', () => undefined) as unknown as Redis['stream'];
}

describe('a reader with an ioredis that was not tested', () => {
  it('leaves the connection to ioredis, gets the entries, and says so', async () => {
    await using redis = await freshRedis();
    const logs = collectLogs();
    const connection = new RedisConnection(redis.url, { name: 'test', timeoutMs: 5000, blockMs: 1000 });
    await connection.command('PING');
    const inside = connection as unknown as { client: Redis; reads: BlockingReads };
    inside.reads = new BlockingReads(inside.client, '6.1.0');
    const listeners = inside.client.stream.listeners('data');
    await redis.client.xgroup('CREATE', 'one', 'testers', '0', 'MKSTREAM');
    await redis.client.xadd('one', '1-1', 'name', 'value');

    const read = await new EntryReader(connection, 5000).readNew(['one'], ADDRESS, 10, 100);

    expect(read.get('one')).toMatchObject([{ id: '1-1' }]);
    expect(inside.client.stream.listeners('data')).toEqual(listeners);
    expect(logs.warnings.filter((line) => line.includes(OF_PLAIN) && line.includes('got 6.1.0'))).toHaveLength(1);
    connection.close();
  });
});

describe('a reader whose ioredis reads its connections otherwise', () => {
  let redis: TestRedis;
  let connection: RedisConnection;
  let reader: EntryReader;
  beforeAll(async () => {
    redis = await freshRedis();
    connection = new RedisConnection(redis.url, { name: 'test', timeoutMs: 5000, blockMs: 1000 });
    reader = new EntryReader(connection, 5000);
    await readOtherwise(connection);
    for (const stream of ['one', 'other']) await redis.client.xgroup('CREATE', stream, 'testers', '0', 'MKSTREAM');
  });
  afterAll(async () => {
    connection.close();
    await redis.stop();
  });

  it('goes through ioredis, gets the same entries, and says so once', async () => {
    const logs = collectLogs();
    await redis.client.xadd('one', '1-1', 'name', 'vålue');
    await redis.client.xadd('one', '2-1', 'name', Buffer.from([0xff, 0x41]));
    await redis.client.xadd('other', '3-1', 'a', '1', 'b', '2');
    const plain = await reader.readNew(['one', 'other'], ADDRESS, 10, 100);

    const usual = new RedisConnection(redis.url, { name: 'usual', timeoutMs: 5000, blockMs: 1000 });
    await redis.client.xgroup('CREATE', 'one', 'others', '0');
    await redis.client.xgroup('CREATE', 'other', 'others', '0');
    const expected = await new EntryReader(usual, 5000).readNew(
      ['one', 'other'],
      { ...ADDRESS, group: 'others' },
      10,
      100,
    );
    usual.close();
    expect(JSON.stringify([...plain])).toBe(JSON.stringify([...expected]));
    expect(plain.get('one')).toHaveLength(2);

    expect((await reader.readNew(['one', 'other'], ADDRESS, 10, 1)).size).toBe(0);
    expect(logs.warnings.filter((line) => line.includes(OF_PLAIN))).toHaveLength(1);
  });

  it('is told what Redis refuses, and goes on', async () => {
    await expect(reader.readNew(['nowhere'], ADDRESS, 10, 1)).rejects.toThrow('NOGROUP');
    await redis.client.xadd('one', '4-1', 'name', 'value');
    expect((await reader.readNew(['one'], ADDRESS, 10, 100)).get('one')).toMatchObject([{ id: '4-1' }]);
  });
});
