import { formatDuration } from '../shop/duration.js';
import { table } from '../terminal/table.js';
import { commandOf } from './arguments.js';
import { APP_BYTES, megabytes, problemsOf, REDIS_BYTES, type FuzzResult } from './judge.js';
import type { Style } from '../terminal/paint.js';

const SHOWN_PROBLEMS = 40;

export type Paint = (style: Style, text: string) => string;

/** The report as text for people. */
export function formatReport(result: FuzzResult, paint: Paint): string {
  const { run, tookMs, apps, redisPeakBytes, kinds, accounts, outcomes, orders } = result;
  const confirmed = orders.filter(({ orderId }) => orderId !== null).length;
  const byNumber = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => [name, number(count)]);
  return [
    '',
    `${paint('bold', `Fuzz, seed ${String(run.seed)}`)}: ${number(run.entries)} entries and ${number(run.requests)} requests in ${formatDuration(tookMs)}`,
    '',
    ...table(['hostile entries', 'thrown'], byNumber(kinds)),
    '',
    ...table(
      ['stream', 'hostile', 'groups', 'dead letters', 'open'],
      accounts.map(({ stream, hostile, groups, refused, open }) => [stream, number(hostile), String(groups), number(refused), number(open)]), // prettier-ignore
    ),
    '',
    ...table(['requests answered', 'times'], byNumber(outcomes)),
    '',
    ...table(
      ['', 'memory at most', 'may take', 'slowest /health', 'in its own time', 'asked'],
      [
        ...apps.map(({ title, peakBytes, slowestMs, ownMs, looks }) => [title, megabytes(peakBytes), megabytes(APP_BYTES), `${String(Math.round(slowestMs))} ms`, `${String(Math.round(ownMs))} ms`, number(looks)]), // prettier-ignore
        ['redis', megabytes(redisPeakBytes), megabytes(REDIS_BYTES), '', '', ''],
      ],
    ),
    '',
    `  told by HTTP  ${number(confirmed)} of ${number(orders.length)} orders of the trial's own customer`,
    '',
    ...verdict(problemsOf(result), paint),
    `Again: ${commandOf(run)}`,
    '',
  ].join('\n');
}

function verdict(problems: readonly string[], paint: Paint) {
  if (problems.length === 0) {
    return [paint('bold', paint('green', 'No process ended, no hostile entry was handled, every refusal is counted; every law kept.'))]; // prettier-ignore
  }
  const rest = problems.length - SHOWN_PROBLEMS;
  return [
    ...problems.slice(0, SHOWN_PROBLEMS).map((problem) => paint('red', `  ${problem}`)),
    ...(rest > 0 ? [`  … and ${number(rest)} more`] : []),
    paint('bold', paint('red', 'The shop minds.')),
  ];
}

function number(amount: number) {
  return amount.toLocaleString('en-US');
}
