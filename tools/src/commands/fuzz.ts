import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { untilSettled } from '../fuzz/accounts.js';
import { commandOf, parseFuzzArguments, USAGE, type FuzzOptions } from '../fuzz/arguments.js';
import { problemsOf, REDIS_BYTES, type FuzzResult } from '../fuzz/judge.js';
import { formatReport } from '../fuzz/report.js';
import { throwEntries } from '../fuzz/throw-entries.js';
import { throwRequests } from '../fuzz/throw-requests.js';
import { watchApps } from '../fuzz/watch.js';
import { parseRedisAddress } from '../redis/address.js';
import { connectRedis, type RedisConnection } from '../redis/connection.js';
import { urlOf } from '../shop/apps.js';
import { createCustomer, orderBody } from '../trial/customer.js';
import { runTrialCommand } from '../trial/command.js';
import { runOnOwnShop, type OwnShop } from '../trial/own-shop.js';
import { planTrialShop, PREFIX, STREAMS } from '../trial/plan-shop.js';
import { createRandom } from '../trial/random.js';
import { createTrialScreen } from '../trial/screen.js';
import { askOffers } from '../shop/catalogue.js';

export type FuzzRun = FuzzOptions & { seed: number };

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
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  return runTrialCommand({ parse: () => parseFuzzArguments(args, process.env), usage: USAGE, run: setUpAndRun });
}

async function setUpAndRun(run: FuzzRun): Promise<number> {
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

async function throwAndCheck(
  run: FuzzRun,
  { apps, redis, shop }: OwnShop,
  screen: ReturnType<typeof createTrialScreen>,
): Promise<Omit<FuzzResult, 'ownStarts'>> {
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
    screen.say('all is thrown; the customers stop, and what is left is handled');
    const orders = await customer.stop(LAST_ANSWERS_MS);
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

/** Hostile entries are made of what the shop publishes: of each stream there must be something. */
async function untilOrdersWentThrough(connection: RedisConnection) {
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

/** @param url of the console */
async function consoleTokenOf(url: string) {
  const response = await fetch(`${url}/api/session`);
  return ((await response.json()) as { token: string }).token;
}

async function peakOf(connection: RedisConnection) {
  return Number(/used_memory_peak:(\d+)/.exec(String(await connection.call('INFO', 'memory')))?.[1]);
}

function tellOf(screen: ReturnType<typeof createTrialScreen>, what: string, count: number) {
  let told = 0;
  return (done: number) => {
    const tenths = Math.floor((done / count) * TOLD_EVERY);
    if (tenths === told) return;
    told = tenths;
    screen.say(`${done.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} ${what}`);
  };
}
