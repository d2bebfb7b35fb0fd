import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { waitUntilSettled } from '../fuzz/stream-counts.js';
import { repeatCommandOf, parseFuzzArguments, USAGE, type FuzzOptions } from '../fuzz/arguments.js';
import { problemsOf, REDIS_BYTES, type FuzzResult } from '../fuzz/check-result.js';
import { formatReport } from '../fuzz/report.js';
import { sendEntries } from '../fuzz/send-entries.js';
import { sendRequests } from '../fuzz/send-requests.js';
import { watchApps } from '../fuzz/watch-apps.js';
import { parseRedisAddress } from '../redis/address.js';
import { connectRedis, type RedisConnection } from '../redis/connection.js';
import { urlOf } from '../shop/apps.js';
import { Customer, orderBody } from '../trial/customer.js';
import { runTrialCommand } from '../trial/command.js';
import { runTrial, type TrialShop } from '../trial/run-trial.js';
import { planTrialShop, PREFIX, STREAMS } from '../trial/plan-shop.js';
import { createRandom } from '../trial/random.js';
import { createTrialScreen } from '../trial/screen.js';
import { askOffers } from '../shop/catalogue.js';
import { formatSeconds } from '../terminal/duration.js';
import { formatNumber } from '../terminal/numbers.js';

export type FuzzRun = FuzzOptions & { seed: number };

const RATE = 10;
const REDIS_DEADLINE_MS = 10_000;
/** Entries that are not settled count as a problem when nothing has changed for so long. */
const NO_PROGRESS_MS = 30_000;
const OPEN_DEADLINE_MS = 30_000;
const PROGRESS_STEPS = 10;

/** As in docker-compose.yml. */
const REDIS_ARGS = ['--maxmemory', String(REDIS_BYTES), '--maxmemory-policy', 'noeviction'];

const ENV = {
  // Short, so that an event without a handler becomes a dead letter within the run.
  EVENTS_UNKNOWN_GRACE_MS: '2000',
  // All requests come from one address. The rate limit must not reject them before they are parsed.
  REQUESTS_PER_SECOND: '100000',
};

/**
 * `npm run fuzz`: runs the shop on its own Redis, and sends it hostile entries and requests.
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  return runTrialCommand({ parse: () => parseFuzzArguments(args, process.env), usage: USAGE, run: setUpAndRun });
}

async function setUpAndRun(run: FuzzRun): Promise<number> {
  const plan = { processors: 1, rate: RATE, seed: run.seed, withConsole: true, env: ENV };
  const { apps, redisPort } = await planTrialShop(plan);
  return runTrial({
    name: 'fuzz',
    again: repeatCommandOf(run),
    apps,
    redisPort,
    redisArgs: REDIS_ARGS,
    createScreen: () => createTrialScreen(process.stdout),
    trial: async (own, screen) => {
      const found = await sendAndCheck(run, own, screen);
      const result = { ...found, unexpectedExits: own.unexpectedExits() };
      return { report: formatReport(result, screen.paint), passed: problemsOf(result).length === 0 };
    },
  });
}

async function sendAndCheck(
  run: FuzzRun,
  { apps, redis, shop }: TrialShop,
  screen: ReturnType<typeof createTrialScreen>,
): Promise<Omit<FuzzResult, 'unexpectedExits'>> {
  const urlByTitle = new Map(apps.map((app) => [app.title, urlOf(app)]));
  const orderUrl = urlByTitle.get('order') ?? '';
  await shop.open();
  screen.begin();
  screen.say(`seed ${String(run.seed)}: the shop is open, ${String(RATE)} orders a second`);
  const started = performance.now();
  const watch = await watchApps(shop.processes);
  const customer = new Customer({ url: orderUrl, name: `fuzz-${String(run.seed)}` });
  const connection = await connectRedis(parseRedisAddress(redis.url), { deadlineMs: REDIS_DEADLINE_MS });
  try {
    await waitForFirstOrders(connection);
    const [entries, requests] = await Promise.all([
      sendEntries({
        connection,
        random: createRandom(run.seed, 'entries'),
        prefix: PREFIX,
        streams: STREAMS,
        count: run.entries,
        onProgress: progressOf(screen, 'entries', run.entries),
      }),
      sendRequests({
        random: createRandom(run.seed, 'requests'),
        context: {
          order: orderBody(1, await askOffers(orderUrl)),
          consoleToken: await consoleTokenOf(urlByTitle.get('console') ?? ''),
        },
        ports: new Map(apps.map(({ title, port }) => [title, port])),
        count: run.requests,
        onProgress: progressOf(screen, 'requests', run.requests),
      }),
    ]);
    screen.say('all entries and requests are sent; the customers stop, and the remaining events are handled');
    const orders = await customer.stop();
    const lawsKept = (await shop.checkLaws()) === 0;
    const hostile = entries.byStream;
    const streamCounts = await waitUntilSettled({ connection, prefix: PREFIX, hostile, deadlineMs: NO_PROGRESS_MS });
    return {
      run,
      tookMs: performance.now() - started,
      apps: await watch.stop(),
      redisPeakBytes: await peakOf(connection),
      kinds: entries.byKind,
      streamCounts,
      ...requests,
      orders,
      lawsKept,
    };
  } finally {
    await watch.stop();
    connection.close();
  }
}

/** Hostile entries are made from those of the shop, so each stream must have one before the first is sent. */
async function waitForFirstOrders(connection: RedisConnection) {
  const endsAt = performance.now() + OPEN_DEADLINE_MS;
  for (;;) {
    const lengths = await Promise.all(STREAMS.map((stream) => connection.call('XLEN', `${PREFIX}:${stream}`)));
    if (lengths.every((length) => Number(length) > 0)) return;
    if (performance.now() > endsAt) {
      throw new Failure(`No order reached the last stream of the shop within ${formatSeconds(OPEN_DEADLINE_MS)}.`);
    }
    await sleep(100);
  }
}

/** @param url the console's URL */
async function consoleTokenOf(url: string) {
  const response = await fetch(`${url}/api/session`);
  return ((await response.json()) as { token: string }).token;
}

async function peakOf(connection: RedisConnection) {
  return Number(/used_memory_peak:(\d+)/.exec(String(await connection.call('INFO', 'memory')))?.[1]);
}

function progressOf(screen: ReturnType<typeof createTrialScreen>, what: string, count: number) {
  let shown = 0;
  return (done: number) => {
    const step = Math.floor((done / count) * PROGRESS_STEPS);
    if (step === shown) return;
    shown = step;
    screen.say(`${formatNumber(done)} of ${formatNumber(count)} ${what}`);
  };
}
