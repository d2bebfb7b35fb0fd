import { Failure } from '../failure.js';
import { parseNumber, readOptions, shown, type Environment, type OptionValue } from '../terminal/options.js';
import { APPS, CONSOLE } from './apps.js';
import { parseDuration } from './duration.js';
import type { ShopOptions } from './options.js';

export const MAX_PROCESSORS = 50;
export const HIGHEST_RATE = 10_000;
export const HIGHEST_SEED = 2 ** 31 - 1;
const SHORTEST_RUN_MS = 1000;
const MAX_RUN_MS = 7 * 24 * 3_600_000;

const DEFAULT_PORT_BASE = 3000;
const LOWEST_PORT_BASE = 1024;
const HIGHEST_PORT_BASE = 65_535 - CONSOLE.offset;

/** What `npm start -- --help` prints. */
export const USAGE = `Runs the whole shop: sets up what is missing, then Redis, the four services, the processor and the console.

  npm start                        run until Ctrl-C
  npm start -- [options]           the two dashes hand the options on

  --scale processor=N    N processors that share the work (1 to ${String(MAX_PROCESSORS)}; default 1)
  --rate N               simulated orders a second, on average (more than 0, up to ${String(HIGHEST_RATE)}; default 2);
                         max: as many as the shop carries, with --quiet and only warnings in the logs
  --no-simulation        no simulated customers; orders come from POST /orders alone
  --seed N               the seed of the simulation (0 to ${String(HIGHEST_SEED)}); one seed gives one shop
  --for 60s              run that long (90s, 2m, 1h), stop the customers, wait until all is handled, check the
                         laws, and exit with their verdict
  --quiet                one line of numbers every 5 seconds instead of the apps' output
  --help                 this text

Environment: REDIS_URL uses a Redis that runs already; SHOP_PORT_BASE moves all ports (default ${String(DEFAULT_PORT_BASE)}: order 3001,
payment 3002, inventory 3003, shipping 3004, processors from 3010 on, the console 8080); OPERATOR_TOKEN is what operators show to
steer it (else one is made and printed). Other variables reach the apps as they are.
`;

/**
 * Reads the command line of `npm start` and SHOP_PORT_BASE. A wrong value is a `Failure` that names the option, what came
 * and what it takes.
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
    quiet: values['quiet'] === true || rate === 'max', // a screen takes nothing like as many lines
    simulation: values['no-simulation'] !== true,
    processors: parseScale(values['scale']) ?? 1,
    rate,
    seed: parseNumber('--seed', values['seed'], { from: 0, to: HIGHEST_SEED, whole: true }),
    forMs: parseFor(values['for']),
    portBase:
      parseNumber('SHOP_PORT_BASE', env['SHOP_PORT_BASE'] === '' ? undefined : env['SHOP_PORT_BASE'], {
        from: LOWEST_PORT_BASE,
        to: HIGHEST_PORT_BASE,
        whole: true,
      }) ?? DEFAULT_PORT_BASE,
  };
}

/**
 * Reads `--scale processor=3`.
 * @returns how many processors; null where it was not given
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
  return parseNumber('--rate', value, { above: 0, to: HIGHEST_RATE, whole: false, or: 'max' });
}

function parseFor(value: OptionValue) {
  if (value === undefined) return null;
  const duration = parseDuration(String(value));
  if (duration === null || duration < SHORTEST_RUN_MS || duration > MAX_RUN_MS) {
    throw new Failure(`--for takes a duration from 1s to 168h, such as 90s, 2m or 1h, got ${shown(value)}.`);
  }
  return duration;
}
