import { commandOf, parseChaosArguments, USAGE, type ChaosOptions } from '../chaos/arguments.js';
import { readHistory } from '../chaos/history.js';
import { judgeHistory } from '../chaos/judge.js';
import { perform } from '../chaos/perform.js';
import { formatReport, isKept, type ChaosResult } from '../chaos/report.js';
import { planFaults, REDIS } from '../chaos/schedule.js';
import { createChaosScreen } from '../chaos/screen.js';
import { appVictim, redisVictim } from '../chaos/victims.js';
import { Failure } from '../failure.js';
import { urlOf } from '../shop/apps.js';
import { formatDuration } from '../shop/duration.js';
import { createCustomer } from '../trial/customer.js';
import { runTrialCommand } from '../trial/command.js';
import { runOnOwnShop, type OwnShop } from '../trial/own-shop.js';
import { planTrialShop, PREFIX } from '../trial/plan-shop.js';
import { watchRefusals } from '../trial/refusals.js';

/** How long the customer waits for its last answers when all is healed. */
const LAST_ANSWERS_MS = 60_000;

/** Short, so that takeovers are seen within the run; the schedule freezes apps for less and for more than that. */
const CLAIM_AFTER_MS = 4000;

export type ChaosRun = ChaosOptions & { seed: number };

/**
 * Every write is on disk before it is answered. With `everysec` a server that is killed while its disk is slow takes up
 * to two seconds of answered writes with it, and what Redis loses no client can keep.
 */
const KEEP_ALL = ['--appendfsync', 'always'];

/**
 * `npm run chaos`: runs the shop on a Redis of its own, breaks both, and tells what became of the orders.
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  return runTrialCommand({ parse: () => parseChaosArguments(args, process.env), usage: USAGE, run: setUpAndRun });
}

async function setUpAndRun(run: ChaosRun): Promise<number> {
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

async function breakAndCheck(
  run: ChaosRun,
  { apps, redis, redisUrl, shop }: OwnShop,
  screen: ReturnType<typeof createChaosScreen>,
): Promise<Omit<ChaosResult, 'ownStarts'>> {
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
      ...shop.processes.map((each) => [each.app.title, appVictim(each)] as const),
      [REDIS, redisVictim(redis, () => refusals.look())],
    ]),
    apps,
    endsAfterMs: run.durationMs,
    tell: (fault) => {
      screen.fault(fault);
    },
    remark: ({ target }, remark) => {
      screen.notice(`${target} ${remark}`);
    },
  });
  screen.say('all is healed; the customers stop');
  const ownOrders = await customer.stop(LAST_ANSWERS_MS);
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
