import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { findPrograms } from './machine/programs.mjs';
import { installRedis } from './redis/package-manager.mjs';
import { identifyServer } from './redis/programs.mjs';
import { libraryDirectories, unpackRedis } from './redis/unpack.mjs';
import { CACHE } from './root.mjs';

/** @typedef {import('./redis-server.mjs').RedisBinary} RedisBinary */

/**
 * Finds a Redis server's program: the one of REDIS_SERVER_BINARY, one of this machine, one that was unpacked before; else
 * installs one with the package manager, else unpacks one into the cache. The environment variable comes first, so that
 * `npm test` searches once and all its processes start the same program.
 * @param {object} [options]
 * @param {import('./terminal/progress.mjs').Log} [options.log] told what takes time, and what did not work
 * @returns {Promise<RedisBinary | null>} null where there is none and none could be had
 */
export async function findRedis({ log = () => undefined } = {}) {
  const named = process.env['REDIS_SERVER_BINARY'];
  if (named !== undefined && named !== '') return identifyNamed(named);

  /** @type {Set<string>} what was told already, so that looking again does not repeat it */
  const told = new Set();
  const tell = (/** @type {string} */ problem) => {
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

/**
 * @param {string} command
 * @returns {Promise<RedisBinary>}
 */
async function identifyNamed(command) {
  const identity = await identifyServer(command);
  if ('problem' in identity) {
    throw new Failure(`REDIS_SERVER_BINARY takes the path of a redis-server or valkey-server: ${identity.problem}.`);
  }
  return { command, env: {}, kind: 'environment', version: identity.version, cli: await findCli() };
}

/**
 * @param {(problem: string) => void} tell
 * @returns {Promise<RedisBinary | null>}
 */
async function lookOnMachine(tell) {
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

/**
 * The checker of RDB files is the server's program; which of both it is, it sees by the name it is called with.
 * @param {string} checker
 */
async function linkServer(checker) {
  const directory = path.join(CACHE, 'bin');
  const link = path.join(directory, 'redis-server');
  await mkdir(directory, { recursive: true });
  if ((await readlink(link).catch(() => '')) === checker) return link;
  await rm(link, { force: true });
  await symlink(checker, link).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'EEXIST') throw error; // another process has just made it
  });
  return link;
}

/**
 * @param {(problem: string) => void} tell
 * @returns {Promise<RedisBinary | null>}
 */
async function lookInCache(tell) {
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

/** @returns {Promise<string | null>} */
async function findCli() {
  const onMachine = await findPrograms(['redis-cli', 'valkey-cli']);
  const inCache = await findPrograms(['redis-cli'], [path.join(CACHE, 'redis', 'bin')]);
  return onMachine[0] ?? inCache[0] ?? null;
}
