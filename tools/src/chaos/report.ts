import { formatDuration, formatSeconds } from '../terminal/duration.js';
import { table } from '../terminal/table.js';
import { repeatCommandOf, type ChaosOptions } from './arguments.js';
import { REDIS } from './schedule.js';
import { ACTION_LABELS } from './action-labels.js';
import type { InjectedFault } from './inject-faults.js';
import { formatNumber } from '../terminal/numbers.js';
import type { Paint } from '../terminal/paint.js';
import type { CustomerOrder } from '../trial/customer.js';
import { problemLines } from '../trial/problem-lines.js';
import type { HistoryProblems } from './check-history.js';

/** How many problems of one kind are listed. Of the others, only the number is shown. */
const SHOWN_PROBLEMS = 10;

/** What a run found. */
export interface ChaosResult {
  readonly run: { seed: number } & Pick<ChaosOptions, 'durationMs' | 'rate' | 'processors'>;
  /** In the order in which they are shown. */
  readonly targets: readonly string[];
  readonly faults: readonly InjectedFault[];
  /** How often apps exited without a fault of their own, for example because Redis was away while they started. */
  readonly unexpectedExits: number;
  /** How many orders the order service has recorded as accepted. */
  readonly accepted: number;
  readonly customerOrders: readonly CustomerOrder[];
  readonly historyProblems: HistoryProblems;
  readonly lawsKept: boolean;
  /** Commands and keys that Redis has denied: each app is a Redis user with the least rights. */
  readonly denied: readonly string[];
}

/** Whether all checks of a run have passed. */
export function hasPassed({ faults, historyProblems, lawsKept, denied }: ChaosResult): boolean {
  const hasNoProblem = problemsOf(historyProblems).length === 0 && denied.length === 0;
  return lawsKept && hasNoProblem && faults.every(({ recovery }) => recovery !== 'never');
}

/** The report as text for people. */
export function formatReport(result: ChaosResult, paint: Paint): string {
  const { run, targets, faults, historyProblems, customerOrders, denied } = result;
  const attempts = customerOrders.reduce((sum, order) => sum + order.attempts, 0);
  const confirmed = customerOrders.filter(({ orderId }) => orderId !== null).length;
  const rows = [
    ['orders accepted', `${formatNumber(result.accepted)}, recorded by the order service`],
    [
      'confirmed',
      `${formatNumber(confirmed)} of ${formatNumber(customerOrders.length)} orders of the test customer, in ${formatNumber(attempts)} attempts`,
    ],
    ['lost', count(historyProblems.lost, paint)],
    ['repeated', count(historyProblems.repeated, paint)],
    ['out of order', count(historyProblems.outOfOrder, paint)],
    ['not as confirmed', count(historyProblems.notAsConfirmed, paint)],
    ['denied by ACL', count(denied, paint)],
  ];
  const problems = [...problemsOf(historyProblems), ...denied.map((problem) => `denied by ACL: ${problem}`)];
  return [
    '',
    `${paint('bold', `Chaos of ${formatDuration(run.durationMs)}, seed ${String(run.seed)}`)}: ${formatNumber(faults.length)} faults`,
    '',
    ...table(
      ['', ...Object.values(ACTION_LABELS)],
      targets.map((target) => [target, ...timesOf(target, faults)]),
    ),
    ...deviationsOf(result),
    '',
    ...table(['healthy again after', 'times', 'p50', 'max'], recoveryRows(faults, targets)),
    '',
    ...rows.map(([title = '', text = '']) => `  ${title.padEnd(16)}  ${text}`),
    ...(problems.length === 0 ? [] : ['', ...problemLines(problems, SHOWN_PROBLEMS, paint)]),
    '',
    verdict(result, paint),
    `Again: ${repeatCommandOf(run)}`,
    '',
  ].join('\n');
}

function timesOf(target: string, faults: readonly InjectedFault[]) {
  const own = faults.filter(({ fault }) => fault.target === target);
  return Object.keys(ACTION_LABELS).map((action) => String(own.filter(({ fault }) => fault.action === action).length));
}

/** A row for each kind of fault that was injected: those of the apps, then those of Redis. */
function recoveryRows(faults: readonly InjectedFault[], targets: readonly string[]) {
  const apps = new Set(targets.filter((target) => target !== REDIS));
  const kinds = [
    { whose: 'an app', isOf: (target: string) => apps.has(target) },
    { whose: 'Redis', isOf: (target: string) => target === REDIS },
  ];
  return kinds.flatMap(({ whose, isOf }) =>
    Object.entries(ACTION_LABELS).flatMap(([action, done]) => {
      const times = faults
        .filter(({ fault }) => fault.action === action && isOf(fault.target))
        .flatMap(({ recovery }) => (typeof recovery === 'number' ? recovery : []))
        .sort((one, other) => one - other);
      if (times.length === 0) return [];
      const median = times[Math.ceil(times.length / 2) - 1] ?? 0;
      return [
        [`${whose} was ${done}`, String(times.length), formatSeconds(median, 2), formatSeconds(times.at(-1) ?? 0, 2)],
      ];
    }),
  );
}

function deviationsOf({ faults, unexpectedExits }: ChaosResult) {
  const disturbed = faults.filter(({ recovery }) => recovery === 'disturbed').length;
  const lines = [];
  if (unexpectedExits > 0) {
    lines.push(
      `${times(unexpectedExits)} an app exited by itself, for example because Redis was away, and was restarted`,
    );
  }
  if (disturbed > 0)
    lines.push(`${times(disturbed)} another fault began during a recovery, which is not counted below`);
  for (const { fault, deviation, recovery } of faults) {
    const at = `${formatSeconds(fault.atMs, 2)}: ${fault.target}`;
    if (deviation !== null) lines.push(`${at} ${deviation}`);
    if (recovery === 'never') lines.push(`${at}, ${ACTION_LABELS[fault.action]}, was not healthy again within 60s`);
  }
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)];
}

function problemsOf({ lost, repeated, outOfOrder, notAsConfirmed }: HistoryProblems) {
  return [
    ...lost.map((problem) => `lost: ${problem}`),
    ...repeated.map((problem) => `repeated: ${problem}`),
    ...outOfOrder.map((problem) => `out of order: ${problem}`),
    ...notAsConfirmed.map((problem) => `not as confirmed: ${problem}`),
  ];
}

function verdict(result: ChaosResult, paint: Paint) {
  if (hasPassed(result)) {
    return paint('bold', paint('green', 'Nothing lost, nothing repeated, nothing out of order; every law kept.'));
  }
  const { historyProblems, lawsKept, faults, denied } = result;
  const broken = [
    ...(lawsKept ? [] : ['the laws are not kept (see above)']),
    ...(problemsOf(historyProblems).length === 0 ? [] : ['the streams do not hold what customers were told']),
    ...(denied.length > 0 ? ['Redis has denied commands of the shop'] : []),
    ...(faults.some(({ recovery }) => recovery === 'never') ? ['an app has not recovered'] : []),
  ];
  return paint('bold', paint('red', `Failed: ${broken.join('; ')}.`));
}

function count(problems: readonly string[], paint: Paint) {
  return paint(problems.length === 0 ? 'green' : 'red', formatNumber(problems.length));
}

function times(amount: number) {
  return amount === 1 ? 'once' : `${formatNumber(amount)} times`;
}
