import { Failure } from '../failure.js';
import { findRedis } from './find.js';
import { givenRedisUrl } from './address.js';
import { REDIS_ADVICE } from './advice.js';
import { startRedisContainer } from './container.js';
import { checkGivenRedis } from './given.js';
import { keepRedis } from './keep.js';
import type { ProvidedRedis } from './provided.js';
import type { Environment } from '../terminal/options.js';
import type { Log } from '../terminal/progress.js';

interface ProvideRedisOptions {
  /** Told what takes time, and what did not work. */
  readonly log?: Log;
  /** @default process.env */
  readonly env?: Environment;
}

/**
 * Provides a Redis: the one of `REDIS_URL` if set (7.0 or later, answering within 3 s), else a server of this machine,
 * installed where necessary, else a container. Rejects with a message that says what to do.
 */
export async function provideRedis({
  log = () => undefined,
  env = process.env,
}: ProvideRedisOptions = {}): Promise<ProvidedRedis> {
  const given = givenRedisUrl(env);
  if (given !== '') return useGiven(given);
  const binary = await findRedis({ log });
  if (binary !== null) return keepRedis(binary, log);
  const container = await startRedisContainer({ log });
  if (container !== null) return container;
  throw new Failure(
    `There is no Redis on this machine, and none could be installed, unpacked or started in a container.\n${REDIS_ADVICE}`,
  );
}

async function useGiven(url: string): Promise<ProvidedRedis> {
  const { address, version } = await checkGivenRedis(url);
  return {
    url,
    label: `${address.shown}${version === '' ? '' : `, Redis ${version}`}, the one of REDIS_URL`,
    kind: 'given',
    cli: 'redis-cli -u "$REDIS_URL"',
    stop: () => Promise.resolve(),
    abandon: () => undefined,
  };
}
