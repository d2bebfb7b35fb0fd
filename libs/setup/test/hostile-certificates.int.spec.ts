import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { readRedisPlace, type RedisTlsFiles } from 'nestjs-event-streams/internal/address';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFreePort } from '@shop/tools';
import { SecretFolder } from '../src/folder.js';
import { setUp } from '../src/index.js';
import { setUpTls } from '../src/tls/tls-files.js';

let dir: string;
let redis: TestRedis;
let port: number;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'certificates-'));
  for (const name of ['shop', 'other']) {
    await setUp({ out: path.join(dir, name), environment: {} });
    await setUpTls(new SecretFolder(path.join(dir, name)));
  }
  const file = (name: string): string => path.join(dir, 'shop', 'redis', name);
  port = await findFreePort();
  const files = ['--tls-ca-cert-file', file('tls-ca.pem'), '--tls-cert-file', file('tls-server.pem')];
  const tls = [...files, '--tls-key-file', file('tls-server-key.pem'), '--tls-auth-clients', 'yes'];
  redis = await freshRedis({ args: [...tls, '--tls-port', String(port), '--aclfile', file('users.acl')] });
});
afterAll(async () => {
  await redis.stop();
  await rm(dir, { recursive: true });
});

const filesOf = (shop: string, user: string): Required<RedisTlsFiles> => {
  const file = (name: string): string => path.join(dir, shop, user, name);
  return { caFile: file('tls-ca.pem'), certFile: file('tls-client.pem'), keyFile: file('tls-client-key.pem') };
};

/** The answer of Redis to a user of the shop who connects with these files. */
async function ping(tls: RedisTlsFiles): Promise<string> {
  const passwordFile = path.join(dir, 'shop', 'processor', 'redis-password');
  const place = { url: `rediss://localhost:${String(port)}`, username: 'processor', passwordFile, tls };
  const client = new Redis({ ...readRedisPlace(place).options, lazyConnect: true, retryStrategy: () => null });
  let failure: unknown;
  client.on('error', (error) => (failure ??= error));
  try {
    await client.connect();
    return await client.ping();
  } catch (error) {
    throw failure ?? error;
  } finally {
    client.disconnect();
  }
}

it('a user can connect with the created files', async () => {
  expect(await ping(filesOf('shop', 'processor'))).toBe('PONG');
});

it('nobody can connect without a certificate, with one of another authority, or to a server of another authority', async () => {
  const [own, others] = [filesOf('shop', 'processor'), filesOf('other', 'processor')];
  await expect(ping({ caFile: own.caFile })).rejects.toThrow();
  await expect(ping({ ...others, caFile: own.caFile })).rejects.toThrow();
  await expect(ping({ ...own, caFile: others.caFile })).rejects.toThrow();
});
