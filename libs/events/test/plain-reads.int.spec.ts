import { PassThrough } from 'node:stream';
import { freshRedis, type TestRedis } from '@repo/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canTakeReplies } from '../src/connection/raw-replies.js';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { EntryReader } from '../src/stream/entry-reader.js';
import { collectLogs } from './logs.js';

const ADDRESS = { group: 'testers', consumer: 'me' };
const OF_PLAIN = 'reads its connections otherwise than expected';

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

it.each<[read: readonly ('data' | 'readable')[], canTake: boolean]>([
  [['data'], true],
  [['readable'], false],
  [['data', 'readable'], false],
  [[], false],
])('replies are taken from a connection that is read by %j: %s', (read, canTake) => {
  const stream = new PassThrough();
  for (const event of read) stream.on(event, () => undefined);
  expect(canTakeReplies(stream as unknown as Redis['stream'])).toBe(canTake);
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
