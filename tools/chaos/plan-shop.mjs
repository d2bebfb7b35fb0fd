import { APPS, planApps } from '../shop/apps.mjs';
import { findFreePortBase } from '../shop/free-ports.mjs';

/** Short, so that takeovers are seen within the run; the schedule freezes apps for less and for more than that. */
export const CLAIM_AFTER_MS = 4000;

/** Prefix of the shop's keys. */
export const PREFIX = process.env['EVENTS_PREFIX'] || 'ecommerce';

/**
 * The apps and a port for Redis, none of which a running shop has.
 * @param {Pick<import('./arguments.mjs').ChaosOptions, 'processors' | 'rate'> & { seed: number }} run
 * @returns {Promise<{ apps: import('../shop/apps.mjs').PlannedApp[], redisPort: number }>}
 */
export async function planShop({ processors, rate, seed }) {
  const first = Object.values(APPS).map(({ offset }) => offset);
  const more = Array.from({ length: processors - 1 }, (_, index) => APPS.processor.offset + 1 + index);
  const redisPort = await findFreePortBase([0, ...first, ...more]);
  const planned = planApps({ processors, portBase: redisPort, rate, seed, simulation: true }, process.env);
  const apps = planned.map((app) => ({
    ...app,
    env: {
      ...app.env,
      // Set here whatever the environment or a file .env says, as the checks rely on it.
      EVENTS_PREFIX: PREFIX,
      EVENTS_CLAIM_AFTER_MS: String(CLAIM_AFTER_MS),
      SIMULATION_ENABLED: 'true',
      CUSTOMER_API_KEY: '', // the chaos' own customer has none
      SIMULATION_POISON_SHARE: '0', // here machines fail, not messages
    },
  }));
  return { apps, redisPort };
}
