import { repeatCommandOf, parseChaosArguments, USAGE, type ChaosOptions } from '../chaos/arguments.js';
import { readHistory } from '../chaos/history.js';
import { checkHistory } from '../chaos/check-history.js';
import { injectFaults } from '../chaos/inject-faults.js';
import { formatReport, hasPassed, type ChaosResult } from '../chaos/report.js';
import { planFaults, REDIS } from '../chaos/schedule.js';
import { createChaosScreen } from '../chaos/screen.js';
import { appTarget, redisTarget } from '../chaos/targets.js';
import { Failure } from '../failure.js';
import { urlOf } from '../shop/apps.js';
import { formatDuration } from '../terminal/duration.js';
import { Customer } from '../trial/customer.js';
import { runTrialCommand } from '../trial/command.js';
import { runTrial, type TrialShop } from '../trial/run-trial.js';
import { planTrialShop, PREFIX } from '../trial/plan-shop.js';
import { watchAclDenials } from '../trial/acl-denials.js';

/** Short, so that entries are claimed from frozen workers within the run: some freezes last longer than this, some shorter. */
const CLAIM_AFTER_MS = 4000;

export type ChaosRun = ChaosOptions & { seed: number };

/**
 * Redis answers a write only when it is on disk. With `everysec`, a killed server can lose up to two seconds of confirmed
 * writes, which no client can prevent.
 */
const FSYNC_ALWAYS = ['--appendfsync', 'always'];

/**
 * `npm run chaos`: runs the shop on its own Redis, injects faults into both, and checks what became of the orders.
 * @returns the exit code
 */
export function main(args: readonly string[]): Promise<number> {
  return runTrialCommand({ parse: () => parseChaosArguments(args, process.env), usage: USAGE, run: setUpAndRun });
}

async function setUpAndRun(run: ChaosRun): Promise<number> {
  const env = { EVENTS_CLAIM_AFTER_MS: String(CLAIM_AFTER_MS) };
  const { apps, redisPort } = await planTrialShop({ ...run, withConsole: false, env });
  return runTrial({
    name: 'chaos',
    again: repeatCommandOf(run),
    apps,
    redisPort,
    redisArgs: FSYNC_ALWAYS,
    hasUsers: true,
    createScreen: () => createChaosScreen(process.stdout, [...apps.map(({ title }) => title), REDIS]),
    trial: async (own, screen) => {
      const found = await injectAndCheck(run, own, screen);
      const result = { ...found, unexpectedExits: own.unexpectedExits() };
      return { report: formatReport(result, screen.paint), passed: hasPassed(result) };
    },
  });
}

async function injectAndCheck(
  run: ChaosRun,
  { apps, redis, redisUrl, shop }: TrialShop,
  screen: ReturnType<typeof createChaosScreen>,
): Promise<Omit<ChaosResult, 'unexpectedExits'>> {
  const titles = apps.map(({ title }) => title);
  const order = apps.find(({ title }) => title === 'order');
  if (order === undefined) throw new Failure('The plan of the shop has no order service.');
  const plan = { seed: run.seed, durationMs: run.durationMs, apps: titles, claimAfterMs: CLAIM_AFTER_MS };
  const faults = planFaults(plan);

  screen.say(`seed ${String(run.seed)}: ${String(faults.length)} faults in ${formatDuration(run.durationMs)}`);
  await shop.open();
  screen.begin();
  screen.say(`the shop is open: ${String(run.rate)} orders a second, ${titles.join(', ')}`);
  const denials = watchAclDenials(redisUrl);
  const customer = new Customer({ url: urlOf(order), name: `chaos-${String(run.seed)}` });
  const injected = await injectFaults(faults, {
    targets: new Map([
      ...shop.processes.map((each) => [each.app.title, appTarget(each)] as const),
      [REDIS, redisTarget(redis, () => denials.look())],
    ]),
    apps,
    endsAfterMs: run.durationMs,
    onFault: (fault) => {
      screen.fault(fault);
    },
    onDeviation: ({ target }, deviation) => {
      screen.notice(`${target} ${deviation}`);
    },
  });
  screen.say('everything is healed; the customers stop');
  const customerOrders = await customer.stop();
  const lawsKept = (await shop.checkLaws()) === 0;
  const history = await readHistory(redisUrl, PREFIX);
  await denials.look();
  return {
    run,
    targets: [...titles, REDIS],
    faults: injected,
    accepted: history.accepted.size,
    customerOrders,
    historyProblems: checkHistory(history, customerOrders),
    lawsKept,
    denied: denials.all(),
  };
}
