import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { parseRedisAddress, readTlsFiles, type RedisAddress } from './address.js';
import { connectRedis } from './connection.js';
import { MIN_MAJOR_VERSION } from './programs.js';
import { RedisReplyError } from './connection.js';

const DEADLINE_MS = 3000;
const LOADING_PAUSE_MS = 100;

/**
 * Checks the Redis of REDIS_URL: it must answer within 3 s, accept the password, and be recent enough. The files of REDIS_TLS_… must
 * be valid.
 * @returns the version is '' if the Redis user has no right to ask for it
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
      if (!(error instanceof RedisReplyError)) throw withAdvice(error);
      if (error.code !== 'LOADING' || performance.now() > endsAt) {
        throw withAdvice(new Failure(`Redis at ${address.shown} answered: ${error.message}`));
      }
      await sleep(LOADING_PAUSE_MS);
    }
  }
}

async function ask(address: RedisAddress, deadlineMs: number) {
  const connection = await connectRedis(address, { deadlineMs });
  try {
    await connection.call('PING');
    const info = await connection.call('INFO', 'server').catch(() => ''); // the Redis user may have no right to ask
    const version = /^redis_version:(\S+)/m.exec(String(info))?.[1] ?? '';
    if (version !== '' && Number.parseInt(version, 10) < MIN_MAJOR_VERSION) {
      throw new Failure(`Redis at ${address.shown} is ${version}; ${String(MIN_MAJOR_VERSION)}.0 or later is needed.`);
    }
    return version;
  } finally {
    connection.close();
  }
}

function withAdvice(error: unknown) {
  if (!(error instanceof Failure)) return error;
  return new Failure(
    `${error.message}\nREDIS_URL names this Redis. Correct it, or unset it so that a Redis is started for you.`,
  );
}
