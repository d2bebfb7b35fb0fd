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
  /** Called with what takes time, and with what failed. */
  readonly log?: Log;
}

/** A program that can be started as a Redis server. */
export interface RedisBinary {
  /** Path of the program. */
  readonly command: string;
  /** Variables that the program needs beside those of this process (`LD_LIBRARY_PATH` if it was unpacked). */
  readonly env: Readonly<Record<string, string>>;
  /** Where it comes from: `REDIS_SERVER_BINARY`, the machine, or unpacked into the cache of the repository. */
  readonly kind: 'environment' | 'machine' | 'unpacked';
  /** For people: `Redis 7.0.15`, `Valkey 8.1.1`. */
  readonly version: string;
  /** The path of a `redis-cli` (or `valkey-cli`) that runs without further variables, or null. */
  readonly cli: string | null;
}

/**
 * Finds the program of a Redis server: that of REDIS_SERVER_BINARY, one of this machine, or one that was unpacked before; else
 * installs one with the package manager, else unpacks one into the cache. `npm test` sets REDIS_SERVER_BINARY, so that all its
 * processes use the same program.
 * @returns null if there is none and none could be installed or unpacked
 */
export async function findRedis({ log = () => undefined }: FindRedisOptions = {}): Promise<RedisBinary | null> {
  const named = process.env['REDIS_SERVER_BINARY'];
  if (named !== undefined && named !== '') return identifyNamed(named);

  /** Problems that were logged already: a second search must not repeat them. */
  const logged = new Set<string>();
  const report = (problem: string) => {
    if (!logged.has(problem)) log(problem);
    logged.add(problem);
  };

  const present = (await lookOnMachine(report)) ?? (await lookInCache(report));
  if (present !== null) return present;

  const installed = await installRedis({ log, look: () => lookOnMachine(report) });
  if ('found' in installed) return installed.found;
  report(`not installed: ${installed.problem}`);

  const problem = await unpackRedis({ cache: CACHE, log });
  if (problem !== null) report(`not unpacked: ${problem}`);
  return problem === null ? lookInCache(report) : null;
}

async function identifyNamed(command: string): Promise<RedisBinary> {
  const identity = await identifyServer(command);
  if ('problem' in identity) {
    throw new Failure(`REDIS_SERVER_BINARY takes the path of a redis-server or valkey-server: ${identity.problem}.`);
  }
  return { command, env: {}, kind: 'environment', version: identity.version, cli: await findCli() };
}

async function lookOnMachine(report: (problem: string) => void): Promise<RedisBinary | null> {
  for (const command of await findPrograms(['redis-server', 'valkey-server', 'redis-check-rdb'])) {
    const usable = path.basename(command) === 'redis-check-rdb' ? await linkServer(command) : command;
    const identity = await identifyServer(usable);
    if ('version' in identity) {
      return { command: usable, env: {}, kind: 'machine', version: identity.version, cli: await findCli() };
    }
    report(identity.problem);
  }
  return null;
}

/** `redis-check-rdb` and `redis-server` are one program, which behaves as the name that it is called by. */
async function linkServer(checker: string) {
  const directory = path.join(CACHE, 'bin');
  const link = path.join(directory, 'redis-server');
  await mkdir(directory, { recursive: true });
  if ((await readlink(link).catch(() => '')) === checker) return link;
  await rm(link, { force: true });
  await symlink(checker, link).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error; // another process has made it
  });
  return link;
}

async function lookInCache(report: (problem: string) => void): Promise<RedisBinary | null> {
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
  report(identity.problem);
  return null;
}

async function findCli(): Promise<string | null> {
  const onMachine = await findPrograms(['redis-cli', 'valkey-cli']);
  const inCache = await findPrograms(['redis-cli'], [path.join(CACHE, 'redis', 'bin')]);
  return onMachine[0] ?? inCache[0] ?? null;
}
