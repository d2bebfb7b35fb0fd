import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { parseRedisAddress, readTlsFiles, type RedisAddress } from './address.js';
import { connectRedis } from './connection.js';
import { OLDEST_MAJOR } from './programs.js';
import { RedisReplyError } from './connection.js';

const DEADLINE_MS = 3000;
const LOADING_PAUSE_MS = 100;

/**
 * Checks the Redis of REDIS_URL: it answers within 3 s, accepts the password, and is recent enough; and the files of REDIS_TLS_….
 * @returns version is '' where the user may not ask
 */
export async function checkGivenRedis(
  url: string,
  deadlineMs: number = DEADLINE_MS,
): Promise<{ address: RedisAddress; version: string }> {
  const address = parseRedisAddress(url);
  readTlsFiles(address, process.env);
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    try {
      return { address, version: await ask(address, Math.max(1, Math.ceil(endsAt - performance.now()))) };
    } catch (error) {
      if (!(error instanceof RedisReplyError)) throw advised(error);
      if (error.code !== 'LOADING' || performance.now() > endsAt) {
        throw advised(new Failure(`Redis at ${address.shown} answered: ${error.message}`));
      }
      await sleep(LOADING_PAUSE_MS);
    }
  }
}

async function ask(address: RedisAddress, deadlineMs: number) {
  const connection = await connectRedis(address, { deadlineMs });
  try {
    await connection.call('PING');
    const info = await connection.call('INFO', 'server').catch(() => ''); // a user may lack the right to ask
    const version = /^redis_version:(\S+)/m.exec(String(info))?.[1] ?? '';
    if (version !== '' && Number.parseInt(version, 10) < OLDEST_MAJOR) {
      throw new Failure(`Redis at ${address.shown} is ${version}; ${String(OLDEST_MAJOR)}.0 or later is needed.`);
    }
    return version;
  } finally {
    connection.close();
  }
}

function advised(error: unknown) {
  if (!(error instanceof Failure)) return error;
  return new Failure(`${error.message}\nThat is the Redis of REDIS_URL: correct it, or unset it to have one started.`);
}
