import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aclFile, USERS, type User } from '../src/index.js';

/** The user of this test. The shop has no such user. */
const TESTER = 'user tester on nopass ~* &* +@all';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'acl-file-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function protectedRedis(): Promise<TestRedis> {
  const passwords = Object.fromEntries(USERS.map((user) => [user, `password of ${user}`])) as Record<User, string>;
  const file = path.join(dir, 'users.acl');
  await writeFile(file, `${aclFile(passwords, 'ecommerce')}${TESTER}\n`);
  return freshRedis({ args: ['--aclfile', file] });
}

function connect({ url }: TestRedis, user: string): Redis {
  const client = new Redis(url.replace('//', `//${user}@`), { retryStrategy: () => null });
  client.on('error', () => undefined);
  return client;
}

it('a Redis with the ACL file restores all its data after a restart, including transactions', async () => {
  await using redis = await protectedRedis();
  const before = connect(redis, 'tester:any');
  await before.multi().set('one', '1').set('two', '2').exec();
  await before.eval("redis.call('SET', 'three', '3') redis.call('SET', 'four', '4')", 0);
  before.disconnect();
  await redis.restart();
  const after = connect(redis, 'tester:any');
  expect(await after.mget('one', 'two', 'three', 'four')).toEqual(['1', '2', '3', '4']);
  after.disconnect();
});

it('nobody can connect without a user name', async () => {
  await using redis = await protectedRedis();
  for (const credentials of ['', ':x', 'default:', 'default:x']) {
    const stranger = connect(redis, credentials);
    await expect(stranger.get('one')).rejects.toThrow(/NOAUTH|WRONGPASS|Connection is closed/);
    stranger.disconnect();
  }
});
