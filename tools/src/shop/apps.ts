import type { Environment } from '../terminal/options.js';
import type { ShopOptions } from './options.js';

/** The console: its title on the screen, and its port above the base. */
export const CONSOLE = { title: 'console', offset: 5080 };

/** The apps of the shop by name: their titles on the screen, and their ports above the base. */
export const APPS = {
  'order-service': { title: 'order', offset: 1 },
  'payment-service': { title: 'payment', offset: 2 },
  'inventory-service': { title: 'inventory', offset: 3 },
  'shipping-service': { title: 'shipping', offset: 4 },
  processor: { title: 'processor', offset: 10 },
};

export interface PlannedApp {
  /** Such as `payment` or `processor-2`. */
  readonly title: string;
  /** Such as `payment-service`: the name of its folder, and of its Redis user if there are users. */
  readonly name: string;
  /** The path of its script in the repository. */
  readonly entry: string;
  readonly port: number;
  /** Variables that are set for it, beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
}

/** Plans the console's process. */
export function planConsole({ portBase, seed }: Pick<ShopOptions, 'portBase' | 'seed'>, env: Environment): PlannedApp {
  const port = portBase + CONSOLE.offset;
  return {
    title: CONSOLE.title,
    name: 'console',
    entry: 'apps/console/dist/main.js',
    port,
    env: {
      LOG_FORMAT: env['LOG_FORMAT'] ?? 'pretty',
      ...(seed === null ? {} : { SIMULATION_SEED: String(seed) }),
      CONSOLE_HOST: '127.0.0.1',
      PORT: String(port),
      SHOP_ORDER_URL: urlOf({ port: portBase + APPS['order-service'].offset }),
      SHOP_PAYMENT_URL: urlOf({ port: portBase + APPS['payment-service'].offset }),
    },
  };
}

/** Plans the processes of the shop and their environment, without REDIS_URL, which is not known yet. */
export function planApps(
  {
    processors,
    portBase,
    rate,
    seed,
    simulation,
  }: Pick<ShopOptions, 'processors' | 'portBase' | 'rate' | 'seed' | 'simulation'>,
  env: Environment,
): PlannedApp[] {
  const shared = {
    HOST: '127.0.0.1',
    // At the highest rate, to log a line for each event would take longer than to handle it; so would pretty lines for warnings.
    LOG_FORMAT: env['LOG_FORMAT'] ?? (rate === 'max' ? 'json' : 'pretty'),
    ...(rate === 'max' ? { LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn' } : {}),
  };
  const seeded = seed === null ? {} : { SIMULATION_SEED: String(seed) };
  const own: Partial<Record<string, Record<string, string>>> = {
    'order-service': {
      ...seeded,
      ...(rate === null ? {} : { SIMULATION_RATE: String(rate) }),
      ...(simulation ? {} : { SIMULATION_ENABLED: 'false' }),
    },
    'payment-service': seeded,
    'shipping-service': seeded,
  };
  return Object.entries(APPS).flatMap(([name, { title, offset }]) => {
    const copies = name === 'processor' ? processors : 1;
    return Array.from({ length: copies }, (_, index) => {
      const port = portBase + offset + index;
      return {
        title: copies === 1 ? title : `${title}-${String(index + 1)}`,
        name,
        entry: `apps/${name}/dist/main.js`,
        port,
        env: { ...shared, ...own[name], PORT: String(port) },
      };
    });
  });
}

/** The address of an app. */
export function urlOf({ port }: { port: number }): string {
  return `http://127.0.0.1:${String(port)}`;
}

/** The prefix of the shop's keys: EVENTS_PREFIX if it is set and not empty. */
export function prefixOf(env: Environment, otherwise = 'ecommerce'): string {
  const { EVENTS_PREFIX: given = '' } = env;
  return given === '' ? otherwise : given;
}
