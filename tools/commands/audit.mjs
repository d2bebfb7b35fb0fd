import { printFailure } from '../failure.mjs';
import { becomeScript } from '../machine/foreground.mjs';
import { givenRedisUrl, parseRedisAddress, redisEnvironment } from '../redis/address.mjs';
import { ensureBuilt, ensureInstalled } from '../setup.mjs';
import { AUDIT_SCRIPT } from '../shop/audit-script.mjs';
import { findRunningShop } from '../shop/running-shop.mjs';
import { createProgress } from '../terminal/progress.mjs';

const DEFAULT_URL = 'redis://127.0.0.1:6379';

/**
 * `npm run audit`: checks the laws on the Redis of REDIS_URL, else of the shop that `npm start` runs, else of port 6379.
 * @param {readonly string[]} args of the audit
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  try {
    const { url, whose, env = {} } = chooseRedis();
    const { shown } = parseRedisAddress(url);
    const { step } = createProgress(process.stdout);
    await step('setup', async (log) => {
      await ensureInstalled({ log });
      await ensureBuilt({ log });
    });
    console.log(`redis  ${shown}, ${whose}`);
    return await becomeScript([...AUDIT_SCRIPT, ...args], { ...redisEnvironment(url), ...env });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

/** @returns {{ url: string, whose: string, env?: Record<string, string> }} */
function chooseRedis() {
  const given = givenRedisUrl(process.env);
  if (given !== '') return { url: given, whose: 'the one of REDIS_URL' };
  const shop = findRunningShop();
  if (shop !== null) {
    const whose = 'the one of the shop that `npm start` runs';
    return { url: shop.redisUrl, whose, env: { EVENTS_PREFIX: process.env['EVENTS_PREFIX'] || shop.prefix } };
  }
  return { url: DEFAULT_URL, whose: 'the usual one (REDIS_URL is not set, and `npm start` does not run)' };
}
