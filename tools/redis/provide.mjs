import { Failure } from '../failure.mjs';
import { findRedis } from '../redis-binary.mjs';
import { givenRedisUrl } from './address.mjs';
import { REDIS_ADVICE } from './advice.mjs';
import { startRedisContainer } from './container.mjs';
import { checkGivenRedis } from './given.mjs';
import { keepRedis } from './keep.mjs';

/** @type {typeof import('../redis-server.mjs').provideRedis} */
export async function provideRedis({ log = () => undefined, env = process.env } = {}) {
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

/**
 * @param {string} url
 * @returns {Promise<import('../redis-server.mjs').ProvidedRedis>}
 */
async function useGiven(url) {
  const { address, version } = await checkGivenRedis(url);
  return {
    url,
    label: `${address.shown}${version === '' ? '' : `, Redis ${version}`}, the one of REDIS_URL`,
    kind: 'given',
    cli: 'redis-cli -u "$REDIS_URL"',
    stop: async () => undefined,
    abandon: () => undefined,
  };
}
