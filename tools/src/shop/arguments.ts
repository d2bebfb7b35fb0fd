import { Failure } from '../failure.js';
import { parseNumber, readOptions, shown, type Environment, type OptionValue } from '../terminal/options.js';
import { APPS, CONSOLE } from './apps.js';
import { parseDuration } from '../terminal/duration.js';
import type { ShopOptions } from './options.js';

export const MAX_PROCESSORS = 50;
export const MAX_RATE = 10_000;
export const MAX_SEED = 2 ** 31 - 1;
const MIN_RUN_MS = 1000;
const MAX_RUN_MS = 7 * 24 * 3_600_000;

const DEFAULT_PORT_BASE = 3000;
const MIN_PORT_BASE = 1024;
const MAX_PORT_BASE = 65_535 - CONSOLE.offset;

/** What `npm start -- --help` prints. */
export const USAGE = `Runs the whole shop: sets up what is missing, then Redis, the four services, the processor and the console.

  npm start                        run until Ctrl-C
  npm start -- [options]           the two dashes pass the options on

  --scale processor=N    N processors that share the work (1 to ${String(MAX_PROCESSORS)}; default 1)
  --rate N               simulated orders a second, on average (more than 0, up to ${String(MAX_RATE)}; default 2);
                         max: as many as the shop can handle, with --quiet and only warnings in the logs
  --no-simulation        no simulated customers: orders come only from POST /orders
  --seed N               the seed of the simulation (0 to ${String(MAX_SEED)}): the same seed gives the same shop
  --for 60s              run so long (90s, 2m, 1h), stop the customers, wait until all events are handled, check the
                         laws, and exit with 0 if they are kept, else with 1
  --quiet                one line of numbers every 5 seconds instead of the apps' output
  --help                 this text

Environment: REDIS_URL is the address of a running Redis (default: one is started). SHOP_PORT_BASE moves all ports (default ${String(DEFAULT_PORT_BASE)}:
order 3001, payment 3002, inventory 3003, shipping 3004, processors from 3010 on, console 8080). OPERATOR_TOKEN is the token of the
operators (default: one is made and printed). All other variables are passed to the apps.
`;

/**
 * Reads the command line of `npm start`, and SHOP_PORT_BASE.
 * @throws Failure that names the option, the value and what the option takes
 */
export function parseShopArguments(args: readonly string[], env: Environment): ShopOptions {
  const values = readOptions(args, env, {
    command: 'npm start',
    options: {
      scale: { type: 'string', multiple: true },
      rate: { type: 'string' },
      seed: { type: 'string' },
      for: { type: 'string' },
      'no-simulation': { type: 'boolean' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const rate = parseRate(values['rate']);
  return {
    help: values['help'] === true,
    quiet: values['quiet'] === true || rate === 'max', // nobody can read so many lines
    simulation: values['no-simulation'] !== true,
    processors: parseScale(values['scale']) ?? 1,
    rate,
    seed: parseNumber('--seed', values['seed'], { from: 0, to: MAX_SEED, whole: true }),
    forMs: parseFor(values['for']),
    portBase:
      parseNumber('SHOP_PORT_BASE', env['SHOP_PORT_BASE'] === '' ? undefined : env['SHOP_PORT_BASE'], {
        from: MIN_PORT_BASE,
        to: MAX_PORT_BASE,
        whole: true,
      }) ?? DEFAULT_PORT_BASE,
  };
}

/**
 * Reads `--scale processor=3`.
 * @returns the number of processors; null if the option was not given
 */
export function parseScale(value: OptionValue): number | null {
  let processors = null;
  for (const scale of Array.isArray(value) ? value : []) {
    const takes = `--scale takes processor=N with N from 1 to ${String(MAX_PROCESSORS)}, got ${shown(scale)}`;
    const [, app = '', count = ''] = /^([^=]*)=(.*)$/.exec(String(scale)) ?? [];
    if (Object.hasOwn(APPS, app) && app !== 'processor')
      throw new Failure(`${takes}: only the processor can be scaled.`);
    if (app !== 'processor' || !/^\d{1,2}$/.test(count)) throw new Failure(`${takes}.`);
    processors = Number(count);
    if (processors < 1 || processors > MAX_PROCESSORS) throw new Failure(`${takes}.`);
  }
  return processors;
}

function parseRate(value: OptionValue) {
  if (value === 'max') return 'max';
  return parseNumber('--rate', value, { above: 0, to: MAX_RATE, whole: false, or: 'max' });
}

function parseFor(value: OptionValue) {
  if (value === undefined) return null;
  const duration = parseDuration(String(value));
  if (duration === null || duration < MIN_RUN_MS || duration > MAX_RUN_MS) {
    throw new Failure(`--for takes a duration from 1s to 168h, such as 90s, 2m or 1h, got ${shown(value)}.`);
  }
  return duration;
}
