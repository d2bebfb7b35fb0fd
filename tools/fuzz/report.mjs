import { formatDuration } from '../shop/duration.mjs';
import { table } from '../terminal/table.mjs';
import { commandOf } from './arguments.mjs';
import { APP_BYTES, megabytes, problemsOf, REDIS_BYTES } from './judge.mjs';

const SHOWN_PROBLEMS = 40;

/** @typedef {import('./judge.mjs').FuzzResult} FuzzResult */
/** @typedef {(style: import('../terminal/paint.mjs').Style, text: string) => string} Paint */

/**
 * The report as text for people.
 * @param {FuzzResult} result
 * @param {Paint} paint
 * @returns {string}
 */
export function formatReport(result, paint) {
  const { run, tookMs, apps, redisPeakBytes, kinds, accounts, outcomes, orders } = result;
  const confirmed = orders.filter(({ orderId }) => orderId !== null).length;
  const byNumber = (/** @type {Readonly<Record<string, number>>} */ counts) =>
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

/**
 * @param {readonly string[]} problems
 * @param {Paint} paint
 */
function verdict(problems, paint) {
  if (problems.length === 0) {
    return [paint('bold', paint('green', 'Nothing ended, nothing was believed, every refusal is counted; every law kept.'))]; // prettier-ignore
  }
  const rest = problems.length - SHOWN_PROBLEMS;
  return [
    ...problems.slice(0, SHOWN_PROBLEMS).map((problem) => paint('red', `  ${problem}`)),
    ...(rest > 0 ? [`  … and ${number(rest)} more`] : []),
    paint('bold', paint('red', 'The shop minds.')),
  ];
}

/** @param {number} amount */
function number(amount) {
  return amount.toLocaleString('en-US');
}
