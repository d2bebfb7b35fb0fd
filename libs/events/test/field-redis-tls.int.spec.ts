import net from 'node:net';
import tls from 'node:tls';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { RedisTarget } from 'nestjs-event-streams';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectLogs } from './logs.js';
import { noteHandler } from './handlers.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

const file = (name: string): string => fileURLToPath(new URL(`fixtures/tls/${name}.pem`, import.meta.url));
const CA = { caFile: file('ca') };
const CLIENT = { certFile: file('client'), keyFile: file('client-key') };

/** A Redis behind TLS, as a server with `tls-port` is. @returns its port */
async function secured(redis: TestRedis, requestCert: boolean, cleanUp: (() => void)[]): Promise<number> {
  const options = {
    key: readFileSync(file('server-key')),
    cert: readFileSync(file('server')),
    ca: readFileSync(file('ca')),
    requestCert,
    rejectUnauthorized: requestCert,
  };
  const server = tls.createServer(options, (socket) => {
    const inner = net.connect(redis.server.port, '127.0.0.1');
    socket.on('error', () => inner.destroy()).pipe(inner);
    inner.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

describe('Redis behind TLS', () => {
  const cleanUp: (() => void)[] = [];
  let redis: TestRedis;
  let trusting: number;
  let demanding: number;
  beforeAll(async () => {
    redis = await freshRedis();
    trusting = await secured(redis, false, cleanUp);
    demanding = await secured(redis, true, cleanUp);
  });
  afterAll(async () => {
    for (const end of cleanUp) end();
    await redis.stop();
  });

  it('is used with the files that are named', async () => {
    const target = { url: `rediss://localhost:${String(demanding)}`, tls: { ...CA, ...CLIENT } };
    const seen: number[] = [];
    await using worker = await startWorker('', { redis: target, prefix: 'tls' }, [
      noteHandler(({ data }) => void seen.push(data.number)),
    ]);
    await worker.producer.publishAll(notes('a', 2));
    await eventually('they are handled', () => seen.length === 2);
  });

  /** Why a connection cannot be made, as the log and the call say it. */
  async function reasonFor(target: RedisTarget): Promise<{ said: string; logged: string }> {
    const logs = collectLogs();
    const connection = new RedisConnection(target, { name: 'test', timeoutMs: 2500 });
    try {
      const said = await connection.command('PING').then(String, (error: unknown) => String(error));
      const logged = await eventually('it is logged', () => logs.warnings[0]);
      return { said, logged };
    } finally {
      connection.close();
    }
  }

  it.each<[string, () => RedisTarget, RegExp]>([
    ['rediss:// to a plain port', () => redis.url.replace('redis:', 'rediss:'), /does not speak TLS: use redis:\/\//],
    ['redis:// to a port of TLS', () => `redis://127.0.0.1:${String(trusting)}`, /speaks TLS: use rediss:\/\//],
    ['redis:// to one that wants certificates', () => `redis://:secret@127.0.0.1:${String(demanding)}`, /use rediss:/],
    [
      'an authority that is not known',
      () => `rediss://localhost:${String(trusting)}`,
      /certificate is refused .*CA_FILE/,
    ],
    [
      'a server that wants a certificate',
      () => ({ url: `rediss://localhost:${String(demanding)}`, tls: CA }),
      /wants a certificate of this client .*REDIS_TLS_CERT_FILE/,
    ],
    ['a socket that is not there', () => 'redis+unix:///tmp/there-is-none.sock', /there is no such socket/],
  ])('says what is wrong: %s', async (_, target, message) => {
    const { said, logged } = await reasonFor(target());
    expect(said).toMatch(message);
    expect(logged).toMatch(message);
    expect(said + logged).not.toContain('secret');
  });

  it('says that Redis has as many clients as it takes', async () => {
    const clients = (await redis.client.client('LIST')) as string;
    await redis.client.config('SET', 'maxclients', String(clients.trim().split('\n').length));
    try {
      const { said, logged } = await reasonFor(redis.url);
      expect(said).toMatch(/max number of clients reached \(its maxclients\)/);
      expect(logged).toMatch(/max number of clients reached/);
    } finally {
      await redis.client.config('SET', 'maxclients', '1000');
    }
  });
});

describe('files for TLS', () => {
  const url = 'rediss://localhost';
  const starting = (target: unknown) => startWorker('', { redis: target as RedisTarget, group: null });

  it.each([
    [{ url: 'redis://localhost', tls: CA }, /redis\.tls\.caFile is set, and the address is not one of TLS/],
    [{ url, tls: { certFile: file('client') } }, /redis\.tls\.certFile and redis\.tls\.keyFile go together/],
    [{ url, tls: { caFile: '/none.pem' } }, /redis\.tls\.caFile, \/none\.pem, cannot be read \(ENOENT\)/],
    [{ url, tls: { caFile: fileURLToPath(import.meta.url) } }, /redis\.tls\.caFile holds no certificate/],
    [{ url, tls: { ...CLIENT, keyFile: file('server-key') } }, /redis\.tls\.keyFile cannot be used \(ERR_/],
    [{ url, tls: { ca: 'x' } }, /redis\.tls with caFile, certFile, keyFile only, got ca/],
  ])('are refused at the start where they do not fit: %#', async (target, message) => {
    await expect(starting(target)).rejects.toThrow(message);
  });
});
