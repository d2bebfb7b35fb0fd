import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Failure, messageOf } from '../failure.mjs';
import { removeAfterMe } from '../machine/last-will.mjs';
import { findFreePort } from '../machine/ports.mjs';
import { findRedis } from '../redis-binary.mjs';
import { parseRedisAddress } from './address.mjs';
import { REDIS_SERVER_ADVICE } from './advice.mjs';
import { connectRedis } from './connection.mjs';
import { HOST, launch } from './launch.mjs';
import { RedisReplyError } from './replies.mjs';

const PING_DEADLINE_MS = 3000;

/** How many free ports to try: another process may take one between the question and the start. */
const PORT_ATTEMPTS = 10;

const PORT_TAKEN = /Address already in use/;

/** @type {Promise<import('../redis-server.mjs').RedisBinary | null> | undefined} one search serves a whole process */
let search;

/** @type {typeof import('../redis-server.mjs').startRedis} */
export async function startRedis(options = {}) {
  const { args = [], log = () => undefined } = options;
  const binary = options.binary ?? (await (search ??= findRedis({ log })));
  if (binary === null) throw new Failure(`There is no Redis server to start. ${REDIS_SERVER_ADVICE}`);

  const dir = options.dir ?? (await mkdtemp(path.join(os.tmpdir(), 'event-streams-redis-')));
  await mkdir(dir, { recursive: true });
  const keepDirectory = options.dir !== undefined;
  const callOffRemoval = keepDirectory ? () => false : removeAfterMe(dir);
  const removeDirectory = async () => {
    if (keepDirectory) return;
    await rm(dir, { recursive: true, force: true });
    callOffRemoval();
  };

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort());
    const launched = launch(binary, { port, dir, args });
    const problem = (await launched.ready) ?? (await silence(port));
    if (problem === null) return createServer(launched, { port, dir, removeDirectory });
    await launched.end();
    const portTaken = launched.tail.last().some((line) => PORT_TAKEN.test(line));
    if (portTaken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
    await removeDirectory();
    const reason = portTaken ? `port ${String(port)} of ${HOST} is in use` : problem;
    throw new Failure(`${binary.version} (${binary.command}) did not start: ${reason}.`, launched.tail.last(10));
  }
}

/**
 * Why a server that says it is ready does not answer a PING, or null where it does (a demand for a password is an answer).
 * @param {number} port
 */
async function silence(port) {
  try {
    const address = parseRedisAddress(`redis://${HOST}:${String(port)}`);
    const connection = await connectRedis(address, { deadlineMs: PING_DEADLINE_MS });
    await connection.call('PING').finally(connection.close);
    return null;
  } catch (error) {
    return error instanceof RedisReplyError ? null : messageOf(error);
  }
}

/**
 * @param {import('./launch.mjs').Launched} launched
 * @param {{ port: number, dir: string, removeDirectory: () => Promise<void> }} options
 * @returns {import('../redis-server.mjs').RedisServer}
 */
function createServer({ child, tail, exited, send, end }, { port, dir, removeDirectory }) {
  /** @type {Promise<void> | undefined} */
  let stopped;
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
