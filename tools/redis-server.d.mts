import type { ChildProcess } from 'node:child_process';

/** A program that can be started as a Redis server. */
export interface RedisBinary {
  /** Path of the program. */
  readonly command: string;
  /** What the program needs in its environment (`LD_LIBRARY_PATH` where it was unpacked); to be added to the own one. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it comes from: `REDIS_SERVER_BINARY`, the machine, or unpacked into the cache of the repository. */
  readonly kind: 'environment' | 'machine' | 'unpacked';
  /** For people: `Redis 7.0.15`, `Valkey 8.1.1`. */
  readonly version: string;
  /** Path of a `redis-cli` (or `valkey-cli`) that runs as it is, or null. */
  readonly cli: string | null;
}

/** How to start a Redis server; every option has a default. */
export interface StartRedisOptions {
  /** The data directory. It is created where missing, and never removed. @default a new one below `os.tmpdir()`, removed by `stop()` */
  readonly dir?: string | undefined;
  /** The TCP port. @default a free one */
  readonly port?: number | undefined;
  /** Further arguments of the server, such as `['--maxmemory', '10mb']`; they override the ones given here, except those of the log. */
  readonly args?: readonly string[] | undefined;
  /** Told in single lines what is done where that takes time (a Redis is installed). */
  readonly log?: ((line: string) => void) | undefined;
  /** The program. @default what `findRedis` finds; it honours `REDIS_SERVER_BINARY` */
  readonly binary?: RedisBinary | undefined;
}

/** How a process ended: one of both is not null. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Redis server that belongs to this process: it is ended with it, even where this process is killed. */
export interface RedisServer {
  readonly url: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly dir: string;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Ending>;
  /** The last lines that the server has logged. */
  log(): readonly string[];
  /** Stops it with SIGTERM, after 5 s with SIGKILL, and removes the data directory if it was made here. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash; the data stay until `stop()`, for a restart with the same `dir` and `port`. */
  kill(): Promise<void>;
  /** Suspends it (SIGSTOP): connections stay open and nothing answers. */
  freeze(): void;
  /** Continues it after `freeze()` (SIGCONT). */
  thaw(): void;
}

/** The Redis that the shop runs on, wherever it comes from. */
export interface ProvidedRedis {
  /** Its address; it may hold a password, so show `label` instead. */
  readonly url: string;
  /** Address and kind for people, without secrets. */
  readonly label: string;
  /** Where it comes from: `REDIS_URL`, a server started here, or a container started here. */
  readonly kind: 'given' | 'server' | 'container';
  /** How to run `redis-cli` on it, to be followed by a command, or null where there is none. */
  readonly cli: string | null;
  /** Stops what was started here, and removes its data. */
  stop(): Promise<void>;
  /** The same at once and without waiting, for a process that is about to exit. */
  abandon(): void;
}

/**
 * Starts a Redis server on a loopback port and waits until it answers: append-only file on, synced every second.
 * Rejects with the server's last lines where it does not come up within 20 s.
 */
export function startRedis(options?: StartRedisOptions): Promise<RedisServer>;

/**
 * Provides a Redis: the one of `REDIS_URL` if set (7.0 or later, answering within 3 s), else a server of this machine,
 * installed where necessary, else a container. Rejects with a message that says what to do.
 */
export function provideRedis(options?: {
  readonly log?: ((line: string) => void) | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}): Promise<ProvidedRedis>;
