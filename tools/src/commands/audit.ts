import { printFailure } from '../failure.js';
import { runInForeground } from '../machine/foreground.js';
import { givenRedisUrl, parseRedisAddress, redisEnvironment } from '../redis/address.js';
import { ensureBuilt } from '../build.js';
import { AUDIT_SCRIPT } from '../shop/audit-script.js';
import { prefixOf } from '../shop/apps.js';
import { findRunningShop } from '../shop/running-shop.js';
import { createProgress } from '../terminal/progress.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';

/**
 * `npm run audit`: checks the laws on the Redis of REDIS_URL, else of the shop that `npm start` runs, else of port 6379.
 * @param args the arguments of the audit
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { url, origin, env = {} } = chooseRedis();
    const { shown } = parseRedisAddress(url);
    const { step } = createProgress(process.stdout);
    await step('setup', async (log) => {
      await ensureBuilt({ log });
    });
    console.log(`redis  ${shown}, ${origin}`);
    return await runInForeground([...AUDIT_SCRIPT, ...args], { ...redisEnvironment(url), ...env });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

function chooseRedis(): { url: string; origin: string; env?: Record<string, string> } {
  const given = givenRedisUrl(process.env);
  if (given !== '') return { url: given, origin: 'from REDIS_URL' };
  const shop = findRunningShop();
  if (shop !== null) {
    const origin = 'used by the shop that `npm start` runs';
    return { url: shop.redisUrl, origin, env: { EVENTS_PREFIX: prefixOf(process.env, shop.prefix) } };
  }
  return { url: DEFAULT_URL, origin: 'the default (REDIS_URL is not set, and no shop of `npm start` is running)' };
}
