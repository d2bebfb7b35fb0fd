import { Redis } from 'ioredis';
import { startRedis, type RedisServer, type StartRedisOptions } from '../../../tools/redis-server.mjs';

/** A Redis server of one test file, and a client to look with. */
export interface TestRedis extends AsyncDisposable {
  readonly server: RedisServer;
  readonly url: string;
  /** Looks at what the code under test has done; it is not what the code itself uses. */
  readonly client: Redis;
  /** Ends the server as a crash does and starts it again on the same port with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real Redis server on a free loopback port, with a temporary directory of its own. */
export async function freshRedis(options: StartRedisOptions = {}): Promise<TestRedis> {
  const first = await startRedis(options);
  let server = first;
  const client = new Redis(first.url, { maxRetriesPerRequest: null });
  // The server's death is part of some tests; commands wait for the next one.
  client.on('error', () => undefined);
  const stop = async (): Promise<void> => {
    client.disconnect();
    await server.stop();
    await first.stop();
  };
  return {
    get server() {
      return server;
    },
    url: first.url,
    client,
    async restart() {
      await server.kill();
      server = await startRedis({ ...options, dir: first.dir, port: first.port });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
