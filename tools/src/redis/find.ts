import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.js';
import { findPrograms } from '../machine/programs.js';
import { installRedis } from './package-manager.js';
import { identifyServer } from './programs.js';
import { libraryDirectories, unpackRedis } from './unpack.js';
import { CACHE } from '../root.js';
import type { Log } from '../terminal/progress.js';

interface FindRedisOptions {
  /** Told what takes time, and what did not work. */
  readonly log?: Log;
}

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

/**
 * Finds a Redis server's program: the one of REDIS_SERVER_BINARY, one of this machine, one that was unpacked before; else
 * installs one with the package manager, else unpacks one into the cache. The environment variable comes first, so that
 * `npm test` searches once and all its processes start the same program.
 * @returns null where there is none and none could be had
 */
export async function findRedis({ log = () => undefined }: FindRedisOptions = {}): Promise<RedisBinary | null> {
  const named = process.env['REDIS_SERVER_BINARY'];
  if (named !== undefined && named !== '') return identifyNamed(named);

  /** what was told already, so that looking again does not repeat it */
  const told = new Set<string>();
  const tell = (problem: string) => {
    if (!told.has(problem)) log(problem);
    told.add(problem);
  };

  const present = (await lookOnMachine(tell)) ?? (await lookInCache(tell));
  if (present !== null) return present;

  const installed = await installRedis({ log, look: () => lookOnMachine(tell) });
  if ('found' in installed) return installed.found;
  tell(`not installed: ${installed.problem}`);

  const problem = await unpackRedis({ cache: CACHE, log });
  if (problem !== null) tell(`not unpacked: ${problem}`);
  return problem === null ? lookInCache(tell) : null;
}

async function identifyNamed(command: string): Promise<RedisBinary> {
  const identity = await identifyServer(command);
  if ('problem' in identity) {
    throw new Failure(`REDIS_SERVER_BINARY takes the path of a redis-server or valkey-server: ${identity.problem}.`);
  }
  return { command, env: {}, kind: 'environment', version: identity.version, cli: await findCli() };
}

async function lookOnMachine(tell: (problem: string) => void): Promise<RedisBinary | null> {
  for (const command of await findPrograms(['redis-server', 'valkey-server', 'redis-check-rdb'])) {
    const usable = path.basename(command) === 'redis-check-rdb' ? await linkServer(command) : command;
    const identity = await identifyServer(usable);
    if ('version' in identity) {
      return { command: usable, env: {}, kind: 'machine', version: identity.version, cli: await findCli() };
    }
    tell(identity.problem);
  }
  return null;
}

/** The checker of RDB files is the server's program; which of both it is, it sees by the name it is called with. */
async function linkServer(checker: string) {
  const directory = path.join(CACHE, 'bin');
  const link = path.join(directory, 'redis-server');
  await mkdir(directory, { recursive: true });
  if ((await readlink(link).catch(() => '')) === checker) return link;
  await rm(link, { force: true });
  await symlink(checker, link).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error; // another process has just made it
  });
  return link;
}

async function lookInCache(tell: (problem: string) => void): Promise<RedisBinary | null> {
  const unpacked = path.join(CACHE, 'redis');
  const [command] = await findPrograms(['redis-server'], [path.join(unpacked, 'bin')]);
  if (command === undefined) return null;
  const inherited = process.env['LD_LIBRARY_PATH'] ?? '';
  const directories = await libraryDirectories(unpacked);
  const env = { LD_LIBRARY_PATH: [...directories, ...(inherited === '' ? [] : [inherited])].join(':') };
  const identity = await identifyServer(command, env);
  if ('version' in identity) {
    return { command, env, kind: 'unpacked', version: identity.version, cli: path.join(unpacked, 'bin', 'redis-cli') };
  }
  tell(identity.problem);
  return null;
}

async function findCli(): Promise<string | null> {
  const onMachine = await findPrograms(['redis-cli', 'valkey-cli']);
  const inCache = await findPrograms(['redis-cli'], [path.join(CACHE, 'redis', 'bin')]);
  return onMachine[0] ?? inCache[0] ?? null;
}
