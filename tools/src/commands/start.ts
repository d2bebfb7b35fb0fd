import { setTimeout as sleep } from 'node:timers/promises';
import { printFailure } from '../failure.js';
import type { ProvidedRedis } from '../redis/provided.js';
import { provideRedis } from '../redis/provide.js';
import { ensureBuilt } from '../build.js';
import { createProgress } from '../terminal/progress.js';
import { planApps, planConsole, urlOf, type PlannedApp, prefixOf } from '../shop/apps.js';
import { parseShopArguments, USAGE } from '../shop/arguments.js';
import type { ShopOptions } from '../shop/options.js';
import { banner } from '../shop/banner.js';
import { askOffers } from '../shop/catalogue.js';
import { formatDuration } from '../terminal/duration.js';
import { requireFreePorts } from '../shop/free-ports.js';
import { listenForInterruption } from '../machine/interruption.js';
import { operatorTokenOf, type OperatorToken } from '../shop/operator-token.js';
import { recordRunningShop, removeRunningShop } from '../shop/running-shop.js';
import { createScreen } from '../shop/screen.js';
import { createShop, type Shop } from '../shop/shop.js';
import { statusLine } from '../shop/status-line.js';

const EXIT_INTERRUPTED = 130;
const STATUS_EVERY_MS = 5000;

/**
 * `npm start`: sets up what is missing, runs the shop, and stops it.
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseShopArguments(args, process.env);
    if (options.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const apps = [planConsole(options, process.env), ...planApps(options, process.env)];
    await requireFreePorts(apps, options.portBase);
    return await setUpAndRun(options, apps, operatorTokenOf(process.env));
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

async function setUpAndRun(
  options: ShopOptions,
  apps: readonly PlannedApp[],
  operatorToken: OperatorToken,
): Promise<number> {
  const exit = () => process.exit(EXIT_INTERRUPTED); // processes of the set-up end with this one (on-exit.ts)
  const interruption = listenForInterruption({ first: exit, again: exit });
  const progress = createProgress(process.stdout);
  const screen = createScreen({ stream: process.stdout, titles: apps.map(({ title }) => title), quiet: options.quiet });

  // Redis comes first: if none can be found, the user learns it before the build.
  const redis = await progress.step('redis', async (log) => {
    let logNow = log;
    const provided = await provideRedis({
      log: (text) => {
        logNow(text);
      },
    });
    log(provided.label);
    logNow = screen.notice; // restarts are reported while the shop runs
    return provided;
  });

  try {
    await progress.step('setup', async (log) => {
      await ensureBuilt({ log });
    });
  } catch (error) {
    await redis.stop();
    throw error;
  }

  const prefix = prefixOf(process.env);
  const shop = createShop({ apps, redis, operatorToken, screen });
  const interrupted = new Promise<string>((resolve) => {
    interruption.handOver({
      first: resolve,
      again: () => {
        shop.abandon();
        removeRunningShop();
        exit();
      },
    });
  });
  return runAndStop({ options, apps, redis, prefix, operatorToken, screen, shop, interrupted });
}

export interface Run {
  readonly options: ShopOptions;
  readonly apps: readonly PlannedApp[];
  readonly redis: ProvidedRedis;
  /** The prefix of the keys in Redis. */
  readonly prefix: string;
  readonly operatorToken: OperatorToken;
  readonly screen: ReturnType<typeof createScreen>;
  readonly shop: Shop;
  /** Resolves with the cause when the shop must stop, such as `SIGINT`. */
  readonly interrupted: Promise<string>;
}

/**
 * Runs the shop until it is interrupted, its time (`--for`) is over or it fails, and then stops it.
 * @returns the exit code
 */
async function runAndStop(run: Run): Promise<number> {
  const { options, screen, shop, interrupted } = run;
  const startedAt = performance.now();
  const stop = new AbortController();
  const outcome: { cause: string } | { verdict: number } | { failure: unknown } = await Promise.race([
    interrupted.then((cause) => ({ cause })),
    runOpen(run, stop.signal).then((verdict) => ({ verdict })),
  ]).catch((failure: unknown) => ({ failure }));
  stop.abort();

  if ('cause' in outcome) screen.say(`${outcome.cause === 'SIGINT' ? 'Ctrl-C' : outcome.cause}: stopping …`);
  const problems = await shop.close();
  removeRunningShop();
  if ('failure' in outcome) throw outcome.failure;
  for (const problem of problems) screen.notice(problem);
  screen.say(`stopped after ${formatDuration(performance.now() - startedAt)}`);
  if ('verdict' in outcome) return outcome.verdict;
  if (options.forMs !== null) return EXIT_INTERRUPTED; // with --for, 0 and 1 are the result of the audit
  return problems.length === 0 ? 0 : 1;
}

/**
 * Starts the shop and, if its time is limited (`--for`), checks the laws at the end.
 * @returns the audit's exit code
 */
async function runOpen(
  { options, apps, redis, prefix, operatorToken, screen, shop }: Run,
  signal: AbortSignal,
): Promise<number> {
  screen.say(`starting ${apps.map(({ title }) => title).join(', ')}`);
  await shop.open();
  signal.throwIfAborted();
  recordRunningShop({
    redisUrl: redis.url,
    prefix,
    ports: Object.fromEntries(apps.map(({ title, port }) => [title, port])),
  });

  const until = options.forMs === null ? null : formatDuration(options.forMs);
  const order = apps.find(({ title }) => title === 'order');
  const [offer = null] = order === undefined ? [] : await askOffers(urlOf(order));
  const needsKey = Boolean(process.env['CUSTOMER_API_KEY']);
  process.stdout.write(banner({ apps, redis, prefix, offer, needsKey, operatorToken, until }, screen.paint));
  const openedAt = performance.now();
  const endsAt = openedAt + (options.forMs ?? Number.POSITIVE_INFINITY);
  while (performance.now() < endsAt) {
    await sleep(Math.min(STATUS_EVERY_MS, endsAt - performance.now()), undefined, { signal });
    if (options.quiet) screen.say(await statusLine({ upMs: performance.now() - openedAt, url: redis.url, prefix }));
  }
  return shop.checkLaws();
}
