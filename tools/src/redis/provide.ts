import { Failure } from '../failure.js';
import { findRedis } from './find.js';
import { givenRedisUrl } from './address.js';
import { REDIS_ADVICE } from './advice.js';
import { startRedisContainer } from './container.js';
import { checkGivenRedis } from './check-given.js';
import { superviseRedis } from './supervise.js';
import type { ProvidedRedis } from './provided.js';
import type { Environment } from '../terminal/options.js';
import type { Log } from '../terminal/progress.js';

interface ProvideRedisOptions {
  /** Called with what takes time, and with what failed. */
  readonly log?: Log;
  /** @default process.env */
  readonly env?: Environment;
}

/**
 * Provides a Redis: that of `REDIS_URL` if set (7.0 or later, answering within 3 s); else a server that is started here, and
 * installed if necessary; else one in a container.
 * @throws Failure with what to do, if there is none
 */
export async function provideRedis({
  log = () => undefined,
  env = process.env,
}: ProvideRedisOptions = {}): Promise<ProvidedRedis> {
  const given = givenRedisUrl(env);
  if (given !== '') return useGiven(given);
  const binary = await findRedis({ log });
  if (binary !== null) return superviseRedis(binary, log);
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
    label: `${address.shown}${version === '' ? '' : `, Redis ${version}`}, from REDIS_URL`,
    kind: 'given',
    cli: 'redis-cli -u "$REDIS_URL"',
    stop: () => Promise.resolve(),
    abandon: () => undefined,
  };
}
