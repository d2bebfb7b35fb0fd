import { setTimeout as sleep } from 'node:timers/promises';
import { printFailure } from '../failure.mjs';
import { provideRedis } from '../redis-server.mjs';
import { ensureBuilt, ensureInstalled } from '../setup.mjs';
import { createProgress } from '../terminal/progress.mjs';
import { planApps, planConsole, urlOf } from '../shop/apps.mjs';
import { parseShopArguments, USAGE } from '../shop/arguments.mjs';
import { banner } from '../shop/banner.mjs';
import { askOffers } from '../shop/catalogue.mjs';
import { formatDuration } from '../shop/duration.mjs';
import { requireFreePorts } from '../shop/free-ports.mjs';
import { listenForInterruption } from '../machine/interruption.mjs';
import { operatorTokenOf } from '../shop/operator-token.mjs';
import { announceShop, withdrawShop } from '../shop/running-shop.mjs';
import { createScreen } from '../shop/screen.mjs';
import { createShop } from '../shop/shop.mjs';
import { statusLine } from '../shop/status-line.mjs';

const EXIT_INTERRUPTED = 130;
const STATUS_EVERY_MS = 5000;

/**
 * `npm start`: sets up what is missing, runs the shop, and stops it.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
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

/**
 * @param {import('../shop/arguments.mjs').ShopOptions} options
 * @param {readonly import('../shop/apps.mjs').PlannedApp[]} apps
 * @param {import('../shop/operator-token.mjs').OperatorToken} operatorToken
 * @returns {Promise<number>}
 */
async function setUpAndRun(options, apps, operatorToken) {
  const leave = () => process.exit(EXIT_INTERRUPTED); // what the set-up has started has a last will each
  const interruption = listenForInterruption({ first: leave, again: leave });
  const progress = createProgress(process.stdout);
  const screen = createScreen({ stream: process.stdout, titles: apps.map(({ title }) => title), quiet: options.quiet });

  // First of all, as it fails soonest where it must.
  const redis = await progress.step('redis', async (log) => {
    let tell = log;
    const provided = await provideRedis({
      log: (text) => {
        tell(text);
      },
    });
    log(provided.label);
    tell = screen.notice;
    return provided;
  });

  try {
    await progress.step('setup', async (log) => {
      await ensureInstalled({ log });
      await ensureBuilt({ log });
    });
  } catch (error) {
    await redis.stop();
    throw error;
  }

  const prefix = process.env['EVENTS_PREFIX'] || 'ecommerce';
  const shop = createShop({ apps, redis, operatorToken, screen });
  /** @type {Promise<string>} */
  const interrupted = new Promise((resolve) => {
    interruption.handOver({
      first: resolve,
      again: () => {
        shop.abandon();
        withdrawShop();
        leave();
      },
    });
  });
  return runToTheEnd({ options, apps, redis, prefix, operatorToken, screen, shop, interrupted });
}

/**
 * @typedef {object} Run
 * @property {import('../shop/arguments.mjs').ShopOptions} options
 * @property {readonly import('../shop/apps.mjs').PlannedApp[]} apps
 * @property {import('../redis-server.mjs').ProvidedRedis} redis
 * @property {string} prefix of the keys in Redis
 * @property {import('../shop/operator-token.mjs').OperatorToken} operatorToken
 * @property {ReturnType<typeof createScreen>} screen
 * @property {import('../shop/shop.mjs').Shop} shop
 * @property {Promise<string>} interrupted resolves with the cause
 */

/**
 * Runs the shop until it is interrupted, its time is over or it fails, and stops it in any case.
 * @param {Run} run
 * @returns {Promise<number>} the exit code
 */
async function runToTheEnd(run) {
  const { options, screen, shop, interrupted } = run;
  const startedAt = performance.now();
  const stop = new AbortController();
  /** @type {{ cause: string } | { verdict: number } | { failure: unknown }} */
  const outcome = await Promise.race([
    interrupted.then((cause) => ({ cause })),
    runOpen(run, stop.signal).then((verdict) => ({ verdict })),
  ]).catch((/** @type {unknown} */ failure) => ({ failure }));
  stop.abort();

  if ('cause' in outcome) screen.say(`${outcome.cause === 'SIGINT' ? 'Ctrl-C' : outcome.cause}: stopping …`);
  const problems = await shop.close();
  withdrawShop();
  if ('failure' in outcome) throw outcome.failure;
  for (const problem of problems) screen.notice(problem);
  screen.say(`stopped after ${formatDuration(performance.now() - startedAt)}`);
  if ('verdict' in outcome) return outcome.verdict;
  if (options.forMs !== null) return EXIT_INTERRUPTED; // whoever asked for a verdict must not take this for one
  return problems.length === 0 ? 0 : 1;
}

/**
 * Opens the shop and, where its time is limited, checks the laws at its end.
 * @param {Run} run
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the audit's exit code
 */
async function runOpen({ options, apps, redis, prefix, operatorToken, screen, shop }, signal) {
  screen.say(`starting ${apps.map(({ title }) => title).join(', ')}`);
  await shop.open();
  signal.throwIfAborted();
  announceShop({
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
