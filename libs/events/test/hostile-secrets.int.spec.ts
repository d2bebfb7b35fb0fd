import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { RedisByUrl } from 'nestjs-event-streams';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFreePort } from '@shop/tools';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

const PARTS = ['ca', 'client', 'client-key'] as const;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/tls/${name}.pem`, import.meta.url));

let redis: TestRedis;
let tlsPort: number;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  tlsPort = await findFreePort();
  const files = ['--tls-ca-cert-file', fixture('ca'), '--tls-cert-file', fixture('server')];
  const args = [...files, '--tls-key-file', fixture('server-key'), '--tls-port', String(tlsPort)];
  redis = await freshRedis({ args: [...args, '--tls-auth-clients', 'yes'] });
});
afterAll(async () => {
  await redis.stop();
  rmSync(dir, { recursive: true });
});

const held = (name: string): string => path.join(dir, name);

/** Puts a file in place of another one at once, as whoever renews secrets does. */
function put(name: string, content: string): void {
  writeFileSync(held(`${name}.new`), content);
  renameSync(held(`${name}.new`), held(name));
}

/** Gives the user another password and ends its connections: each must sign in anew. */
async function rotate(password: string): Promise<void> {
  await redis.client.acl('SETUSER', 'ada', 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all');
  await redis.client.call('CLIENT', 'KILL', 'USER', 'ada');
}

function certificates(prefix: '' | 'renewed-'): void {
  for (const part of PARTS) copyFileSync(fixture(`${prefix}${part}`), held(`${part}.pem`));
}

/** TLS with a certificate of the client, and a password, all from files. */
function target(instead: Partial<RedisByUrl> = { passwordFile: held('password') }): RedisByUrl {
  const tls = { caFile: held('ca.pem'), certFile: held('client.pem'), keyFile: held('client-key.pem') };
  return { url: `rediss://localhost:${String(tlsPort)}`, username: 'ada', tls, ...instead };
}

async function workerOf(instead?: Partial<RedisByUrl>) {
  const seen: number[] = [];
  const handler = noteHandler(({ data }) => void seen.push(data.number));
  const worker = await startWorker('', { redis: target(instead) }, [handler]);
  let published = 0;
  /** Publishes one more event, and waits until it is handled. */
  const works = async (): Promise<void> => {
    await worker.producer.publishAll(notes(`key ${String((published += 1))}`, 1));
    await eventually('it is handled', () => seen.length === published);
  };
  return { worker, works, [Symbol.asyncDispose]: () => worker.stop() };
}

it('a password that was changed in its file counts with the next connection, without a new start', async () => {
  certificates('');
  put('password', 'first\n');
  await rotate('first');
  await using it = await workerOf();
  await it.works();
  put('password', 'second\n');
  await rotate('second');
  await it.works();
  expect(it.worker.app.get(EventsHealthIndicator).loop()).toMatchObject({ consumer: { status: 'up' } });
});

it('so does the one of a URL that came from a file', async () => {
  certificates('');
  const url = (password: string): string => `rediss://ada:${password}@localhost:${String(tlsPort)}`;
  put('url', url('first'));
  await rotate('first');
  await using it = await workerOf({ url: url('first'), urlFile: held('url'), username: undefined });
  await it.works();
  put('url', url('second'));
  await rotate('second');
  await it.works();
});

it('a file that is away meanwhile is waited for, and said; what is in it is not', async () => {
  certificates('');
  put('password', 's3cret');
  await rotate('s3cret');
  const logs = collectLogs();
  const connection = new RedisConnection(target(), { name: 'test', timeoutMs: 500 });
  const ping = () => connection.command('PING');
  try {
    rmSync(held('password'));
    await expect(ping()).rejects.toThrow(/redis\.passwordFile, .*, cannot be read \(ENOENT\)/);
    put('password', 's3cret');
    await eventually('it answers', () => ping().catch(() => undefined));
  } finally {
    connection.close();
  }
  expect(logs.warnings.join()).toMatch(/ENOENT/);
  expect(logs.warnings.join()).not.toContain('s3cret');
});

it('certificates that were renewed count with the next connection, the authority included', async () => {
  certificates('');
  put('password', 'first');
  await rotate('first');
  await using it = await workerOf();
  await it.works();
  const set = [
    ['tls-ca-cert-file', 'renewed-ca'],
    ['tls-key-file', 'renewed-server-key'],
    ['tls-cert-file', 'renewed-server'],
  ].flatMap(([option, name]) => [option as string, fixture(name as string)]);
  await redis.client.call('CONFIG', 'SET', ...set);
  certificates('renewed-');
  await rotate('first');
  await it.works();
});
