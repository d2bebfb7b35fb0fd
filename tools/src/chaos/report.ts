import { formatDuration } from '../shop/duration.js';
import { table } from '../terminal/table.js';
import { commandOf, type ChaosOptions } from './arguments.js';
import { REDIS } from './schedule.js';
import { DONE } from './words.js';
import type { DoneFault } from './perform.js';
import type { Style } from '../terminal/paint.js';
import type { OwnOrder } from '../trial/customer.js';
import type { Judgment } from './judge.js';

/** Problems of one kind that are shown; the rest is counted. */
const SHOWN_PROBLEMS = 10;

export type Paint = (style: Style, text: string) => string;

/** What a run found. */
export interface ChaosResult {
  readonly run: { seed: number } & Pick<ChaosOptions, 'durationMs' | 'rate' | 'processors'>;
  /** In the order in which they are shown. */
  readonly targets: readonly string[];
  readonly faults: readonly DoneFault[];
  /** How often apps ended without having been told to, as where Redis is away while they start. */
  readonly ownStarts: number;
  /** Orders in the order service's book. */
  readonly accepted: number;
  readonly ownOrders: readonly OwnOrder[];
  readonly judgment: Judgment;
  readonly lawsKept: boolean;
  /** What Redis has refused its users, of whom each may do what is its own. */
  readonly refused: readonly string[];
}

/** Whether a run went as it must. */
export function isKept({ faults, judgment, lawsKept, refused }: ChaosResult): boolean {
  const isQuiet = problemsOf(judgment).length === 0 && refused.length === 0;
  return lawsKept && isQuiet && faults.every(({ recovery }) => recovery !== 'never');
}

/** The report as text for people. */
export function formatReport(result: ChaosResult, paint: Paint): string {
  const { run, targets, faults, judgment, ownOrders, refused } = result;
  const attempts = ownOrders.reduce((sum, order) => sum + order.attempts, 0);
  const confirmed = ownOrders.filter(({ orderId }) => orderId !== null).length;
  const rows = [
    ['orders accepted', `${number(result.accepted)} in the book of the order service`],
    [
      'told by HTTP',
      `${number(confirmed)} of ${number(ownOrders.length)} orders of the chaos' own customer, in ${number(attempts)} attempts`,
    ],
    ['lost', count(judgment.lost, paint)],
    ['repeated', count(judgment.repeated, paint)],
    ['out of order', count(judgment.outOfOrder, paint)],
    ['not as told', count(judgment.own, paint)],
    ['refused', count(result.refused, paint)],
  ];
  return [
    '',
    `${paint('bold', `Chaos of ${formatDuration(run.durationMs)}, seed ${String(run.seed)}`)}: ${number(faults.length)} faults`,
    '',
    ...table(
      ['', ...Object.values(DONE)],
      targets.map((target) => [target, ...timesOf(target, faults)]),
    ),
    ...remarksOf(result),
    '',
    ...table(['healthy again after', 'times', 'p50', 'max'], recoveryRows(faults, targets)),
    '',
    ...rows.map(([title = '', text = '']) => `  ${title.padEnd(16)}  ${text}`),
    ...problemLines([...problemsOf(judgment), ...refused.map((problem) => `refused: ${problem}`)], paint),
    '',
    verdict(result, paint),
    `Again: ${commandOf(run)}`,
    '',
  ].join('\n');
}

function timesOf(target: string, faults: readonly DoneFault[]) {
  const own = faults.filter(({ fault }) => fault.target === target);
  return Object.keys(DONE).map((action) => String(own.filter(({ fault }) => fault.action === action).length));
}

/** A row for each kind of fault that there was: of the apps, then of Redis. */
function recoveryRows(faults: readonly DoneFault[], targets: readonly string[]) {
  const apps = new Set(targets.filter((target) => target !== REDIS));
  const kinds = [
    { whose: 'an app', isOf: (target: string) => apps.has(target) },
    { whose: 'Redis', isOf: (target: string) => target === REDIS },
  ];
  return kinds.flatMap(({ whose, isOf }) =>
    Object.entries(DONE).flatMap(([action, done]) => {
      const times = faults
        .filter(({ fault }) => fault.action === action && isOf(fault.target))
        .flatMap(({ recovery }) => (typeof recovery === 'number' ? recovery : []))
        .sort((one, other) => one - other);
      if (times.length === 0) return [];
      const median = times[Math.ceil(times.length / 2) - 1] ?? 0;
      return [[`${whose} was ${done}`, String(times.length), seconds(median), seconds(times.at(-1) ?? 0)]];
    }),
  );
}

function remarksOf({ faults, ownStarts }: ChaosResult) {
  const disturbed = faults.filter(({ recovery }) => recovery === 'disturbed').length;
  const lines = [];
  if (ownStarts > 0) {
    lines.push(
      `${times(ownStarts)} an app ended by itself, such as where it started without Redis, and was started again`,
    );
  }
  if (disturbed > 0) lines.push(`${times(disturbed)} another fault fell into a recovery, whose time is left out`);
  for (const { fault, remark, recovery } of faults) {
    const at = `${seconds(fault.atMs)}: ${fault.target}`;
    if (remark !== null) lines.push(`${at} ${remark}`);
    if (recovery === 'never') lines.push(`${at}, ${DONE[fault.action]}, was not healthy again within 60s`);
  }
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)];
}

function problemsOf({ lost, repeated, outOfOrder, own }: Judgment) {
  return [
    ...lost.map((problem) => `lost: ${problem}`),
    ...repeated.map((problem) => `repeated: ${problem}`),
    ...outOfOrder.map((problem) => `out of order: ${problem}`),
    ...own.map((problem) => `not as told: ${problem}`),
  ];
}

function problemLines(problems: readonly string[], paint: Paint) {
  if (problems.length === 0) return [];
  const rest = problems.length - SHOWN_PROBLEMS;
  return [
    '',
    ...problems.slice(0, SHOWN_PROBLEMS).map((problem) => paint('red', `  ${problem}`)),
    ...(rest > 0 ? [`  … and ${number(rest)} more`] : []),
  ];
}

function verdict(result: ChaosResult, paint: Paint) {
  if (isKept(result)) {
    return paint('bold', paint('green', 'Nothing lost, nothing repeated, nothing out of order; every law kept.'));
  }
  const { judgment, lawsKept, faults, refused } = result;
  const broken = [
    ...(lawsKept ? [] : ['the laws are not kept (see above)']),
    ...(problemsOf(judgment).length === 0 ? [] : ['the streams do not hold what customers were told']),
    ...(refused.length > 0 ? ['Redis has refused what the shop does'] : []),
    ...(faults.some(({ recovery }) => recovery === 'never') ? ['not everything has recovered'] : []),
  ];
  return paint('bold', paint('red', `Broken: ${broken.join('; ')}.`));
}

function count(problems: readonly string[], paint: Paint) {
  return paint(problems.length === 0 ? 'green' : 'red', number(problems.length));
}

function number(amount: number) {
  return amount.toLocaleString('en-US');
}

function times(amount: number) {
  return amount === 1 ? 'once' : `${number(amount)} times`;
}

function seconds(ms: number) {
  return `${(ms / 1000).toFixed(2)}s`;
}
