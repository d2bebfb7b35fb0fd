import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type RedisServer, type StartRedisOptions } from '@shop/tools';

/** A Redis server of one test file, and a client of the test. */
export interface TestRedis extends AsyncDisposable {
  readonly server: RedisServer;
  readonly url: string;
  /** The test's own client, to check what the code under test has done. */
  readonly client: Redis;
  /** Kills the server, like a crash, and restarts it on the same port with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestRedisOptions extends StartRedisOptions {
  /** The content of its ACL file. A user for the test's own client, who may do everything, is added. */
  acl?: string;
}

/** The user of the test's own client, if there is an ACL file. */
const TESTER = { username: 'tester', password: 'tester' };

/** Starts a real Redis server on a free loopback port, with its own temporary directory. */
export async function freshRedis({ acl, ...given }: TestRedisOptions = {}): Promise<TestRedis> {
  const users = acl === undefined ? undefined : await aclFileOf(acl);
  const options = users === undefined ? given : { ...given, args: [...(given.args ?? []), '--aclfile', users.path] };
  const first = await startRedis(options);
  let server = first;
  const client = new Redis(first.url, { maxRetriesPerRequest: null, ...(users && TESTER) });
  // Some tests kill the server. Commands wait until it is restarted.
  client.on('error', () => undefined);
  const stop = async (): Promise<void> => {
    client.disconnect();
    await server.stop();
    await first.stop();
    await users?.remove();
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

async function aclFileOf(acl: string): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'event-streams-acl-'));
  const path = join(folder, 'users.acl');
  const { username, password } = TESTER;
  await writeFile(path, `${acl}user ${username} on >${password} ~* &* +@all\n`);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
