import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Failure, messageOf } from '../failure.js';
import { removeOnExit } from '../machine/on-exit.js';
import { findFreePort } from '../machine/ports.js';
import { findRedis } from './find.js';
import { parseRedisAddress } from './address.js';
import { REDIS_SERVER_ADVICE } from './advice.js';
import { connectRedis } from './connection.js';
import { HOST, launch, type Ending, type Launched } from './launch.js';
import { RedisReplyError } from './connection.js';
import type { RedisBinary } from './find.js';

const PING_DEADLINE_MS = 3000;

/** How many free ports to try: another process may take a port before the server does. */
const PORT_ATTEMPTS = 10;

/** The program is searched once per process. */
let search: Promise<RedisBinary | null> | undefined;

/** How to start a Redis server; every option has a default. */
export interface StartRedisOptions {
  /** The data directory. It is created where missing, and never removed. @default a new one below `os.tmpdir()`, removed by `stop()` */
  readonly dir?: string | undefined;
  /** The TCP port. @default a free one */
  readonly port?: number | undefined;
  /** Further arguments of the server, such as `['--maxmemory', '10mb']`. They override those that are given here, except for logging. */
  readonly args?: readonly string[] | undefined;
  /** Called with a line for what takes time, such as an installation. */
  readonly log?: ((line: string) => void) | undefined;
  /** The program. @default the result of `findRedis()`, which is that of `REDIS_SERVER_BINARY` if set */
  readonly binary?: RedisBinary | undefined;
}

/** A Redis server that belongs to this process: it ends with it, even if this process is killed. */
export interface RedisServer {
  readonly url: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly dir: string;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves when the process has ended, for any reason. */
  readonly exited: Promise<Ending>;
  /** The last lines that the server has logged. */
  log(): readonly string[];
  /** Stops it with SIGTERM, and after 5 s with SIGKILL. Removes the data directory if it was created here. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, like a crash. The data stays until `stop()`, for a restart with the same `dir` and `port`. */
  kill(): Promise<void>;
  /** Suspends it (SIGSTOP): connections stay open and nothing answers. */
  freeze(): void;
  /** Continues it after `freeze()` (SIGCONT). */
  thaw(): void;
}

/**
 * Starts a Redis server on a loopback port and waits until it answers. It has an append-only file that is synced every second.
 * @throws Failure with the server's last lines, if it is not ready within 20 s
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const { args = [], log = () => undefined } = options;
  const binary = options.binary ?? (await (search ??= findRedis({ log })));
  if (binary === null) throw new Failure(`There is no Redis server to start. ${REDIS_SERVER_ADVICE}`);

  const dir = options.dir ?? (await mkdtemp(path.join(os.tmpdir(), 'event-streams-redis-')));
  await mkdir(dir, { recursive: true });
  const keepDirectory = options.dir !== undefined;
  const cancelRemoval = keepDirectory ? () => false : removeOnExit(dir);
  const removeDirectory = async () => {
    if (keepDirectory) return;
    await rm(dir, { recursive: true, force: true });
    cancelRemoval();
  };

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort());
    const launched = launch(binary, { port, dir, args });
    const problem = (await launched.ready) ?? (await pingProblem(port));
    if (problem === null) return createServer(launched, { port, dir, removeDirectory });
    await launched.end();
    const portTaken = launched.tail.last().some((line) => line.includes('Address already in use'));
    if (portTaken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
    await removeDirectory();
    const reason = portTaken ? `port ${String(port)} of ${HOST} is in use` : problem;
    throw new Failure(`${binary.version} (${binary.command}) did not start: ${reason}.`, launched.tail.last(10));
  }
}

/** Why a server that has logged READY does not answer PING, or null if it does. An error reply, such as NOAUTH, is an answer. */
async function pingProblem(port: number) {
  try {
    const address = parseRedisAddress(`redis://${HOST}:${String(port)}`);
    const connection = await connectRedis(address, { deadlineMs: PING_DEADLINE_MS });
    try {
      await connection.call('PING');
      await connection.call('QUIT'); // so that the server, too, has closed this connection before the next client connects
    } finally {
      connection.close();
    }
    return null;
  } catch (error) {
    return error instanceof RedisReplyError ? null : messageOf(error);
  }
}

function createServer(
  { child, tail, exited, send, end }: Launched,
  { port, dir, removeDirectory }: { port: number; dir: string; removeDirectory: () => Promise<void> },
): RedisServer {
  let stopped: Promise<void> | undefined;
  return {
    url: `redis://${HOST}:${String(port)}`,
    host: HOST,
    port,
    dir,
    pid: child.pid ?? 0,
    process: child,
    exited,
    log: () => tail.last(),
    stop: () => (stopped ??= end().then(removeDirectory)),
    async kill() {
      send('SIGKILL');
      await exited;
    },
    freeze() {
      send('SIGSTOP');
    },
    thaw() {
      send('SIGCONT');
    },
  };
}
