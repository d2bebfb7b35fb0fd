import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.mjs';
import { untilSettled } from '../fuzz/accounts.mjs';
import { commandOf, parseFuzzArguments, USAGE } from '../fuzz/arguments.mjs';
import { problemsOf, REDIS_BYTES } from '../fuzz/judge.mjs';
import { formatReport } from '../fuzz/report.mjs';
import { throwEntries } from '../fuzz/throw-entries.mjs';
import { throwRequests } from '../fuzz/throw-requests.mjs';
import { watchApps } from '../fuzz/watch.mjs';
import { parseRedisAddress } from '../redis/address.mjs';
import { connectRedis } from '../redis/connection.mjs';
import { urlOf } from '../shop/apps.mjs';
import { createCustomer, orderBody } from '../trial/customer.mjs';
import { runTrialCommand } from '../trial/command.mjs';
import { runOnOwnShop } from '../trial/own-shop.mjs';
import { planTrialShop, PREFIX, STREAMS } from '../trial/plan-shop.mjs';
import { createRandom } from '../trial/random.mjs';
import { createTrialScreen } from '../trial/screen.mjs';
import { askOffers } from '../shop/catalogue.mjs';

/** @typedef {import('../fuzz/arguments.mjs').FuzzOptions & { seed: number }} FuzzRun */

const RATE = 10;
const REDIS_DEADLINE_MS = 10_000;
/** How long nothing may happen until it is said that not everything was settled. */
const STANDSTILL_MS = 30_000;
const LAST_ANSWERS_MS = 60_000;
const OPEN_DEADLINE_MS = 30_000;
const TOLD_EVERY = 10;

/** As in docker-compose.yml. */
const REDIS_ARGS = ['--maxmemory', String(REDIS_BYTES), '--maxmemory-policy', 'noeviction'];

const ENV = {
  // So that an event that nobody handles comes to its end within the run.
  EVENTS_UNKNOWN_GRACE_MS: '2000',
  // One address sends all of it: it is to get further than the throttle.
  REQUESTS_PER_SECOND: '100000',
};

/**
 * `npm run fuzz`: runs the shop on a Redis of its own, and throws hostile entries and requests at it.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export function main(args) {
  return runTrialCommand({ parse: () => parseFuzzArguments(args, process.env), usage: USAGE, run: setUpAndRun });
}

/**
 * @param {FuzzRun} run
 * @returns {Promise<number>}
 */
async function setUpAndRun(run) {
  const plan = { processors: 1, rate: RATE, seed: run.seed, withConsole: true, env: ENV };
  const { apps, redisPort } = await planTrialShop(plan);
  return runOnOwnShop({
    name: 'fuzz',
    again: commandOf(run),
    apps,
    redisPort,
    redisArgs: REDIS_ARGS,
    createScreen: () => createTrialScreen(process.stdout),
    trial: async (own, screen) => {
      const found = await throwAndCheck(run, own, screen);
      const result = { ...found, ownStarts: own.ownStarts() };
      return { report: formatReport(result, screen.paint), passed: problemsOf(result).length === 0 };
    },
  });
}

/**
 * @param {FuzzRun} run
 * @param {import('../trial/own-shop.mjs').OwnShop} own
 * @param {ReturnType<typeof createTrialScreen>} screen
 * @returns {Promise<Omit<import('../fuzz/judge.mjs').FuzzResult, 'ownStarts'>>}
 */
async function throwAndCheck(run, { apps, redis, shop }, screen) {
  const urlByTitle = new Map(apps.map((app) => [app.title, urlOf(app)]));
  const orderUrl = urlByTitle.get('order') ?? '';
  await shop.open();
  screen.begin();
  screen.say(`seed ${String(run.seed)}: the shop is open, ${String(RATE)} orders a second`);
  const started = performance.now();
  const watch = await watchApps(shop.processes);
  const customer = createCustomer({ url: orderUrl, name: `fuzz-${String(run.seed)}` });
  const connection = await connectRedis(parseRedisAddress(redis.url), { deadlineMs: REDIS_DEADLINE_MS });
  try {
    await untilOrdersWentThrough(connection);
    const [entries, requests] = await Promise.all([
      throwEntries({
        connection,
        random: createRandom(run.seed, 'entries'),
        prefix: PREFIX,
        streams: STREAMS,
        count: run.entries,
        tell: tellOf(screen, 'entries', run.entries),
      }),
      throwRequests({
        random: createRandom(run.seed, 'requests'),
        known: {
          order: orderBody(1, await askOffers(orderUrl)),
          consoleToken: await consoleTokenOf(urlByTitle.get('console') ?? ''),
        },
        ports: new Map(apps.map(({ title, port }) => [title, port])),
        count: run.requests,
        tell: tellOf(screen, 'requests', run.requests),
      }),
    ]);
    screen.say('all is thrown; the customers go home, and what is left is handled');
    const orders = await customer.goHome(LAST_ANSWERS_MS);
    const lawsKept = (await shop.checkLaws()) === 0;
    const settled = { connection, prefix: PREFIX, hostile: entries.byStream, deadlineMs: STANDSTILL_MS };
    const accounts = await untilSettled(settled);
    return {
      run,
      tookMs: performance.now() - started,
      apps: await watch.stop(),
      redisPeakBytes: await peakOf(connection),
      kinds: entries.byKind,
      accounts,
      ...requests,
      orders,
      lawsKept,
    };
  } finally {
    await watch.stop();
    connection.close();
  }
}

/**
 * Hostile entries are made of what the shop publishes: of each stream there must be something.
 * @param {import('../redis/connection.mjs').RedisConnection} connection
 */
async function untilOrdersWentThrough(connection) {
  const endsAt = performance.now() + OPEN_DEADLINE_MS;
  for (;;) {
    const lengths = await Promise.all(STREAMS.map((stream) => connection.call('XLEN', `${PREFIX}:${stream}`)));
    if (lengths.every((length) => Number(length) > 0)) return;
    if (performance.now() > endsAt) {
      throw new Failure(`No order went through the whole shop within ${String(OPEN_DEADLINE_MS / 1000)}s.`);
    }
    await sleep(100);
  }
}

/** @param {string} url of the console */
async function consoleTokenOf(url) {
  const response = await fetch(`${url}/api/session`);
  return /** @type {{ token: string }} */ (await response.json()).token;
}

/** @param {import('../redis/connection.mjs').RedisConnection} connection */
async function peakOf(connection) {
  return Number(/used_memory_peak:(\d+)/.exec(String(await connection.call('INFO', 'memory')))?.[1]);
}

/**
 * @param {ReturnType<typeof createTrialScreen>} screen
 * @param {string} what
 * @param {number} count
 */
function tellOf(screen, what, count) {
  let told = 0;
  return (/** @type {number} */ done) => {
    const tenths = Math.floor((done / count) * TOLD_EVERY);
    if (tenths === told) return;
    told = tenths;
    screen.say(`${done.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} ${what}`);
  };
}
