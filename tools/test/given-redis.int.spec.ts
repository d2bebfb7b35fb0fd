import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkGivenRedis } from '../src/redis/check-given.js';
import { provideRedis } from '../src/redis/provide.js';
import { startRedis, type RedisServer } from '../src/redis/server.js';

const PASSWORD = 's3cret';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis({ args: ['--requirepass', PASSWORD] });
});

afterAll(async () => {
  await redis.stop();
});

/** Runs a server on a free port, with a handler for its connections. */
async function withServer(
  onConnection: (socket: net.Socket) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as net.AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

describe('the Redis of REDIS_URL', () => {
  it('is used as it is', async () => {
    const url = redis.url.replace('//', `//:${PASSWORD}@`);
    const provided = await provideRedis({ env: { REDIS_URL: url } });
    expect(provided).toMatchObject({ url, kind: 'given' });
    expect(provided.label).toMatch(new RegExp(`^127\\.0\\.0\\.1:${String(redis.port)}, Redis \\d+\\.\\d+`));
    expect(provided.label).not.toContain(PASSWORD);
    await provided.stop();
  });

  it('takes user and password from variables of their own, by value or as files', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'given-redis-'));
    const file = async (name: string, content: string): Promise<string> => {
      await writeFile(path.join(dir, name), content);
      return path.join(dir, name);
    };
    const url = redis.url.replace('//', `//:${PASSWORD}@`);
    try {
      for (const env of [
        { REDIS_URL: redis.url, REDIS_PASSWORD: PASSWORD },
        {
          REDIS_URL: redis.url.replace('//', '//:wr0ng@'),
          REDIS_PASSWORD_FILE: await file('password', `${PASSWORD}\n`),
        },
        { REDIS_URL_FILE: await file('url', url) },
      ]) {
        expect(await provideRedis({ env })).toMatchObject({ url, kind: 'given' });
      }
      await expect(provideRedis({ env: { REDIS_URL: url, REDIS_PASSWORD_FILE: '/none' } })).rejects.toThrow(
        'REDIS_PASSWORD_FILE, /none, cannot be read (ENOENT).',
      );
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('must get its password', async () => {
    await expect(checkGivenRedis(redis.url)).rejects.toThrow(
      `Redis at 127.0.0.1:${String(redis.port)} answered: NOAUTH Authentication required.`,
    );
    const wrong = redis.url.replace('//', '//:wr0ng@');
    await expect(checkGivenRedis(wrong)).rejects.toThrow(/refused the connection: WRONGPASS(?!.*wr0ng)/);
  });

  it('must speak the protocol of Redis', async () => {
    await withServer(
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      async (port) => {
        const url = `redis://127.0.0.1:${String(port)}`;
        await expect(checkGivenRedis(url)).rejects.toThrow(
          `Redis at 127.0.0.1:${String(port)}: it does not speak the protocol of Redis.`,
        );
      },
    );
  });

  it('must answer in time', async () => {
    await withServer(
      () => undefined,
      async (port) => {
        const url = `redis://:${PASSWORD}@127.0.0.1:${String(port)}`;
        await expect(checkGivenRedis(url, 100)).rejects.toThrow(/: no answer within 0\.1s\./);
      },
    );
  });

  it('must be recent enough', async () => {
    const answers = ['+PONG\r\n', '$21\r\nredis_version:6.2.14\n\r\n'];
    await withServer(
      (socket) => socket.on('data', () => socket.write(answers.shift() ?? '+OK\r\n')),
      async (port) => {
        const url = `redis://127.0.0.1:${String(port)}`;
        await expect(checkGivenRedis(url)).rejects.toThrow('is 6.2.14; 7.0 or later is needed.');
      },
    );
  });

  it('never shows its password, even where the server repeats it', async () => {
    await withServer(
      (socket) => socket.on('data', () => socket.write(`-ERR unknown command 'AUTH', with args: '${PASSWORD}'\r\n`)),
      async (port) => {
        const url = `redis://:${PASSWORD}@127.0.0.1:${String(port)}`;
        await expect(checkGivenRedis(url)).rejects.toThrow(/unknown command 'AUTH', with args: '\*\*\*'/);
      },
    );
  });
});
