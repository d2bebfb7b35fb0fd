import { APPS, CONSOLE, planApps, planConsole } from '../shop/apps.mjs';
import { findFreePortBase } from '../shop/free-ports.mjs';

/** Prefix of the shop's keys. */
export const PREFIX = process.env['EVENTS_PREFIX'] || 'ecommerce';

/** The shop's streams, without prefix, in the order in which an order goes through them. */
export const STREAMS = /** @type {const} */ (['orders', 'payments', 'inventory', 'shipments']);

/**
 * The apps of a shop for a trial and a port for its Redis, none of which a running shop has.
 * @param {object} options
 * @param {number} options.processors
 * @param {number} options.rate simulated orders a second
 * @param {number} options.seed
 * @param {boolean} options.withConsole
 * @param {Readonly<Record<string, string>>} options.env what the trial relies on, whatever the environment or a file .env says
 * @returns {Promise<{ apps: import('../shop/apps.mjs').PlannedApp[], redisPort: number }>}
 */
export async function planTrialShop({ processors, rate, seed, withConsole, env }) {
  const first = Object.values(APPS).map(({ offset }) => offset);
  const more = Array.from({ length: processors - 1 }, (_, index) => APPS.processor.offset + 1 + index);
  const redisPort = await findFreePortBase([0, ...first, ...more, ...(withConsole ? [CONSOLE.offset] : [])]);
  const shop = { processors, portBase: redisPort, rate, seed, simulation: true };
  const planned = [
    ...planApps(shop, process.env),
    ...(withConsole ? [planConsole({ portBase: redisPort, seed }, process.env)] : []),
  ];
  const own = {
    EVENTS_PREFIX: PREFIX,
    SIMULATION_ENABLED: 'true',
    CUSTOMER_API_KEY: '', // the trial's own customer has none
    SIMULATION_POISON_SHARE: '0', // what breaks is the trial's
    ...env,
  };
  return { apps: planned.map((app) => ({ ...app, env: { ...app.env, ...own } })), redisPort };
}
