import { randomInt } from 'node:crypto';
import { commandOf, parseChaosArguments, USAGE } from '../chaos/arguments.mjs';
import { createCustomer } from '../chaos/customer.mjs';
import { createEvidence } from '../chaos/evidence.mjs';
import { readHistory } from '../chaos/history.mjs';
import { judgeHistory } from '../chaos/judge.mjs';
import { perform } from '../chaos/perform.mjs';
import { CLAIM_AFTER_MS, planShop, PREFIX } from '../chaos/plan-shop.mjs';
import { formatReport, isKept } from '../chaos/report.mjs';
import { planFaults, REDIS } from '../chaos/schedule.mjs';
import { createChaosScreen } from '../chaos/screen.mjs';
import { appVictim, redisVictim } from '../chaos/victims.mjs';
import { Failure, printFailure } from '../failure.mjs';
import { listenForInterruption } from '../machine/interruption.mjs';
import { startRestartableRedis } from '../redis/restartable.mjs';
import { ensureBuilt, ensureInstalled } from '../setup.mjs';
import { HIGHEST_SEED } from '../shop/arguments.mjs';
import { urlOf } from '../shop/apps.mjs';
import { formatDuration } from '../shop/duration.mjs';
import { createShop } from '../shop/shop.mjs';
import { createProgress } from '../terminal/progress.mjs';

const EXIT_INTERRUPTED = 130;

/** How long the customer waits for its last answers when all is healed. */
const LAST_ANSWERS_MS = 60_000;

/** @typedef {import('../chaos/arguments.mjs').ChaosOptions & { seed: number }} ChaosRun */

/**
 * Every write is on disk before it is answered. With `everysec` a server that is killed while its disk is slow takes up
 * to two seconds of answered writes with it, and what Redis loses no client can keep.
 */
const KEEP_ALL = ['--appendfsync', 'always'];

/**
 * `npm run chaos`: runs the shop on a Redis of its own, breaks both, and tells what became of the orders.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  try {
    const options = parseChaosArguments(args, process.env);
    if (options.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    return await setUpAndRun({ ...options, seed: options.seed ?? randomInt(HIGHEST_SEED) });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}

/**
 * @param {ChaosRun} run
 * @returns {Promise<number>}
 */
async function setUpAndRun(run) {
  const leave = () => process.exit(EXIT_INTERRUPTED); // what was started has a last will each
  const interruption = listenForInterruption({ first: leave, again: leave });
  const progress = createProgress(process.stdout);
  const { apps, redisPort } = await planShop(run);

  const redis = await progress.step('redis', async (log) => {
    const started = await startRestartableRedis({ port: redisPort, args: KEEP_ALL, log });
    log(`127.0.0.1:${String(redisPort)}, started here; its data end with it`);
    return started;
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

  const screen = createChaosScreen(process.stdout, [...apps.map(({ title }) => title), REDIS]);
  const evidence = await createEvidence();
  let ownStarts = 0;
  const shop = createShop({
    apps,
    redis,
    screen: {
      notice: screen.notice,
      mute: () => undefined,
      listenerOf: (title) => ({
        line: evidence.logOf(title),
        notice: screen.notice,
        failed: () => {
          ownStarts += 1;
        },
      }),
    },
  });
  const keepEvidence = async () => {
    const dir = await evidence.keep(redis.current().dir);
    process.stdout.write(`For whoever looks for the cause: ${dir} has the apps' logs and the data of Redis.\n`);
  };
  const end = () => {
    shop.abandon();
    process.stdout.write(`Interrupted: everything was ended. Again: ${commandOf(run)}\n`);
    leave();
  };
  interruption.handOver({ first: end, again: end });

  try {
    const found = await breakAndCheck(run, { apps, redis, shop, screen });
    const result = { ...found, ownStarts };
    process.stdout.write(formatReport(result, screen.paint));
    const kept = isKept(result);
    if (!kept) await keepEvidence();
    for (const problem of await shop.close()) screen.notice(problem);
    if (kept) await evidence.remove();
    return kept ? 0 : 1;
  } catch (error) {
    await keepEvidence().catch(printFailure);
    shop.abandon(); // whatever is frozen, dead or alive
    process.stdout.write(`Again: ${commandOf(run)}\n`);
    throw error;
  }
}

/**
 * @param {ChaosRun} run
 * @param {object} on
 * @param {readonly import('../shop/apps.mjs').PlannedApp[]} on.apps
 * @param {import('../redis/restartable.mjs').RestartableRedis} on.redis
 * @param {import('../shop/shop.mjs').Shop} on.shop
 * @param {ReturnType<typeof createChaosScreen>} on.screen
 * @returns {Promise<Omit<import('../chaos/report.mjs').ChaosResult, 'ownStarts'>>}
 */
async function breakAndCheck(run, { apps, redis, shop, screen }) {
  const titles = apps.map(({ title }) => title);
  const order = apps.find(({ title }) => title === 'order');
  if (order === undefined) throw new Failure('There is no order service to order from.');
  const plan = { seed: run.seed, durationMs: run.durationMs, apps: titles, claimAfterMs: CLAIM_AFTER_MS };
  const faults = planFaults(plan);

  screen.say(`seed ${String(run.seed)}: ${String(faults.length)} faults in ${formatDuration(run.durationMs)}`);
  await shop.open();
  screen.begin();
  screen.say(`the shop is open: ${String(run.rate)} orders a second, ${titles.join(', ')}`);
  const customer = createCustomer({ url: urlOf(order), seed: run.seed });
  const done = await perform(faults, {
    victims: new Map([
      ...shop.processes.map((each) => /** @type {const} */ ([each.app.title, appVictim(each)])),
      [REDIS, redisVictim(redis)],
    ]),
    apps,
    endsAfterMs: run.durationMs,
    tell: screen.fault,
    remark: ({ target }, remark) => {
      screen.notice(`${target} ${remark}`);
    },
  });
  screen.say('all is healed; the customers go home');
  const ownOrders = await customer.goHome(LAST_ANSWERS_MS);
  const lawsKept = (await shop.checkLaws()) === 0;
  const history = await readHistory(redis.url, PREFIX);
  return {
    run,
    targets: [...titles, REDIS],
    faults: done,
    accepted: history.accepted.size,
    ownOrders,
    judgment: judgeHistory(history, ownOrders),
    lawsKept,
  };
}
