import { printFailure } from '../failure.js';
import { becomeScript } from '../machine/foreground.js';
import { givenRedisUrl, parseRedisAddress, redisEnvironment } from '../redis/address.js';
import { ensureBuilt } from '../build.js';
import { AUDIT_SCRIPT } from '../shop/audit-script.js';
import { prefixOf } from '../shop/apps.js';
import { findRunningShop } from '../shop/running-shop.js';
import { createProgress } from '../terminal/progress.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';

/**
 * `npm run audit`: checks the laws on the Redis of REDIS_URL, else of the shop that `npm start` runs, else of port 6379.
 * @param args of the audit
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { url, whose, env = {} } = chooseRedis();
    const { shown } = parseRedisAddress(url);
    const { step } = createProgress(process.stdout);
    await step('setup', async (log) => {
      await ensureBuilt({ log });
    });
    console.log(`redis  ${shown}, ${whose}`);
    return await becomeScript([...AUDIT_SCRIPT, ...args], { ...redisEnvironment(url), ...env });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

function chooseRedis(): { url: string; whose: string; env?: Record<string, string> } {
  const given = givenRedisUrl(process.env);
  if (given !== '') return { url: given, whose: 'the one of REDIS_URL' };
  const shop = findRunningShop();
  if (shop !== null) {
    const whose = 'the one of the shop that `npm start` runs';
    return { url: shop.redisUrl, whose, env: { EVENTS_PREFIX: prefixOf(process.env, shop.prefix) } };
  }
  return { url: DEFAULT_URL, whose: 'the usual one (REDIS_URL is not set, and `npm start` does not run)' };
}
