import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../src/failure.js';
import { parseRedisAddress } from '../src/redis/address.js';
import { connectRedis } from '../src/redis/connection.js';
import { startRedis, type RedisServer, type StartRedisOptions } from '../src/redis/server.js';

const cleanup: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function start(options?: StartRedisOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  cleanup.push(() => server.stop());
  return server;
}

async function call(server: { url: string }, ...command: string[]) {
  const connection = await connectRedis(parseRedisAddress(server.url), { deadlineMs: 5000 });
  return connection.call(...command).finally(() => {
    connection.close();
  });
}

async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'start-redis-test-'));
  cleanup.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

describe('startRedis', () => {
  it('starts a server of its own, and stop removes its data', async () => {
    const server = await start();
    expect(await call(server, 'PING')).toBe('PONG');
    expect(await call(server, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    expect(existsSync(server.dir)).toBe(true);

    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(existsSync(server.dir)).toBe(false);
    await expect(call(server, 'PING')).rejects.toThrow(`Redis at 127.0.0.1:${String(server.port)}`);
  });

  it('keeps the data of a given directory through a crash, on the same port', async () => {
    const dir = await temporaryDirectory();
    const first = await start({ dir });
    await call(first, 'SET', 'answer', '42');
    await first.kill();
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await start({ dir, port: first.port });
    expect(second.url).toBe(first.url);
    expect(await call(second, 'GET', 'answer')).toBe('42');
    await second.stop();
    expect(existsSync(dir)).toBe(true);
  });

  it('keeps the data of its own directory until stop', async () => {
    const server = await start();
    await server.kill();
    expect(existsSync(server.dir)).toBe(true);
    await server.stop();
    expect(existsSync(server.dir)).toBe(false);
  });

  it('takes further arguments', async () => {
    const server = await start({ args: ['--requirepass', 'secret', '--appendonly', 'no'] });
    await expect(call(server, 'PING')).rejects.toThrow('NOAUTH');
    const url = server.url.replace('//', '//:secret@');
    expect(await call({ url }, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
  });

  it('says that a port is taken', async () => {
    const { port } = await start();
    await expect(startRedis({ port })).rejects.toThrow(`port ${String(port)} of 127.0.0.1 is in use`);
  });

  it('shows the last lines of a server that does not start', async () => {
    const failure: unknown = await startRedis({ args: ['--no-such-setting', '1'] }).catch((error: unknown) => error);
    if (!(failure instanceof Failure)) throw new Error(`Expected a Failure, got ${String(failure)}`);
    expect(failure.message).toContain('did not start: it ended with exit code 1');
    expect(failure.details.join()).toContain('no-such-setting');
  });

  it('freezes and thaws, and stops a frozen server', async () => {
    const server = await start();
    server.freeze();
    const answer = call(server, 'PING');
    server.thaw();
    expect(await answer).toBe('PONG');
    server.freeze();
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('starts many servers at once, each on its own port', async () => {
    const servers = await Promise.all(Array.from({ length: 5 }, () => start()));
    expect(new Set(servers.map(({ port }) => port)).size).toBe(5);
    for (const server of servers) {
      const info = String(await call(server, 'INFO', 'server'));
      expect(info).toContain(`process_id:${String(server.pid)}`);
    }
  });
});
