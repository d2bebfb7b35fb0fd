import { APPS, CONSOLE, planApps, planConsole, type PlannedApp, prefixOf } from '../shop/apps.js';
import { findFreePortBase } from '../shop/free-ports.js';

/** The prefix of the shop's keys. */
export const PREFIX = prefixOf(process.env);

/** The shop's streams, without prefix, in the order in which an order goes through them. */
export const STREAMS = ['orders', 'payments', 'inventory', 'shipments'] as const;

interface PlanTrialShopOptions {
  readonly processors: number;
  /** Simulated orders a second. */
  readonly rate: number;
  readonly seed: number;
  readonly withConsole: boolean;
  /** Variables that the trial needs. They override the environment and a file .env. */
  readonly env: Readonly<Record<string, string>>;
}

/** Plans the apps of a trial's shop, and the port of its Redis. All ports are free. */
export async function planTrialShop({
  processors,
  rate,
  seed,
  withConsole,
  env,
}: PlanTrialShopOptions): Promise<{ apps: PlannedApp[]; redisPort: number }> {
  const first = Object.values(APPS).map(({ offset }) => offset);
  const more = Array.from({ length: processors - 1 }, (_, index) => APPS.processor.offset + 1 + index);
  const redisPort = await findFreePortBase([0, ...first, ...more, ...(withConsole ? [CONSOLE.offset] : [])]);
  const shop = { processors, portBase: redisPort, rate, seed, simulation: true };
  const planned = [
    ...planApps(shop, process.env),
    ...(withConsole ? [planConsole({ portBase: redisPort, seed }, process.env)] : []),
  ];
  const trialEnv = {
    EVENTS_PREFIX: PREFIX,
    SIMULATION_ENABLED: 'true',
    CUSTOMER_API_KEY: '', // the test customer sends none
    SIMULATION_POISON_SHARE: '0', // every dead letter must come from the trial
    ...env,
  };
  return { apps: planned.map((app) => ({ ...app, env: { ...app.env, ...trialEnv } })), redisPort };
}
