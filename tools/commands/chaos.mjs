import { commandOf, parseChaosArguments, USAGE } from '../chaos/arguments.mjs';
import { readHistory } from '../chaos/history.mjs';
import { judgeHistory } from '../chaos/judge.mjs';
import { perform } from '../chaos/perform.mjs';
import { formatReport, isKept } from '../chaos/report.mjs';
import { planFaults, REDIS } from '../chaos/schedule.mjs';
import { createChaosScreen } from '../chaos/screen.mjs';
import { appVictim, redisVictim } from '../chaos/victims.mjs';
import { Failure } from '../failure.mjs';
import { urlOf } from '../shop/apps.mjs';
import { formatDuration } from '../shop/duration.mjs';
import { createCustomer } from '../trial/customer.mjs';
import { runTrialCommand } from '../trial/command.mjs';
import { runOnOwnShop } from '../trial/own-shop.mjs';
import { planTrialShop, PREFIX } from '../trial/plan-shop.mjs';
import { watchRefusals } from '../trial/refusals.mjs';

/** How long the customer waits for its last answers when all is healed. */
const LAST_ANSWERS_MS = 60_000;

/** Short, so that takeovers are seen within the run; the schedule freezes apps for less and for more than that. */
const CLAIM_AFTER_MS = 4000;

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
export function main(args) {
  return runTrialCommand({ parse: () => parseChaosArguments(args, process.env), usage: USAGE, run: setUpAndRun });
}

/**
 * @param {ChaosRun} run
 * @returns {Promise<number>}
 */
async function setUpAndRun(run) {
  const env = { EVENTS_CLAIM_AFTER_MS: String(CLAIM_AFTER_MS) };
  const { apps, redisPort } = await planTrialShop({ ...run, withConsole: false, env });
  return runOnOwnShop({
    name: 'chaos',
    again: commandOf(run),
    apps,
    redisPort,
    redisArgs: KEEP_ALL,
    hasUsers: true,
    createScreen: () => createChaosScreen(process.stdout, [...apps.map(({ title }) => title), REDIS]),
    trial: async (own, screen) => {
      const found = await breakAndCheck(run, own, screen);
      const result = { ...found, ownStarts: own.ownStarts() };
      return { report: formatReport(result, screen.paint), passed: isKept(result) };
    },
  });
}

/**
 * @param {ChaosRun} run
 * @param {import('../trial/own-shop.mjs').OwnShop} own
 * @param {ReturnType<typeof createChaosScreen>} screen
 * @returns {Promise<Omit<import('../chaos/report.mjs').ChaosResult, 'ownStarts'>>}
 */
async function breakAndCheck(run, { apps, redis, redisUrl, shop }, screen) {
  const titles = apps.map(({ title }) => title);
  const order = apps.find(({ title }) => title === 'order');
  if (order === undefined) throw new Failure('There is no order service to order from.');
  const plan = { seed: run.seed, durationMs: run.durationMs, apps: titles, claimAfterMs: CLAIM_AFTER_MS };
  const faults = planFaults(plan);

  screen.say(`seed ${String(run.seed)}: ${String(faults.length)} faults in ${formatDuration(run.durationMs)}`);
  await shop.open();
  screen.begin();
  screen.say(`the shop is open: ${String(run.rate)} orders a second, ${titles.join(', ')}`);
  const refusals = watchRefusals(redisUrl);
  const customer = createCustomer({ url: urlOf(order), name: `chaos-${String(run.seed)}` });
  const done = await perform(faults, {
    victims: new Map([
      ...shop.processes.map((each) => /** @type {const} */ ([each.app.title, appVictim(each)])),
      [REDIS, redisVictim(redis, refusals.look)],
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
  const history = await readHistory(redisUrl, PREFIX);
  await refusals.look();
  return {
    run,
    targets: [...titles, REDIS],
    faults: done,
    accepted: history.accepted.size,
    ownOrders,
    judgment: judgeHistory(history, ownOrders),
    lawsKept,
    refused: refusals.all(),
  };
}
