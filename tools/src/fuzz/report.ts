import { formatDuration } from '../shop/duration.js';
import { table } from '../terminal/table.js';
import { repeatCommandOf } from './arguments.js';
import { APP_BYTES, megabytes, problemsOf, REDIS_BYTES, type FuzzResult } from './check-result.js';
import type { Style } from '../terminal/paint.js';

const SHOWN_PROBLEMS = 40;

export type Paint = (style: Style, text: string) => string;

/** The report as text for people. */
export function formatReport(result: FuzzResult, paint: Paint): string {
  const { run, tookMs, apps, redisPeakBytes, kinds, streamCounts, outcomes, orders } = result;
  const confirmed = orders.filter(({ orderId }) => orderId !== null).length;
  const byNumber = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => [name, number(count)]);
  return [
    '',
    `${paint('bold', `Fuzz, seed ${String(run.seed)}`)}: ${number(run.entries)} entries and ${number(run.requests)} requests in ${formatDuration(tookMs)}`,
    '',
    ...table(['hostile entries', 'sent'], byNumber(kinds)),
    '',
    ...table(
      ['stream', 'hostile', 'groups', 'dead letters', 'not settled'],
      streamCounts.map(({ stream, hostile, groups, deadLetters, unsettled }) => [stream, number(hostile), String(groups), number(deadLetters), number(unsettled)]), // prettier-ignore
    ),
    '',
    ...table(['outcome of requests', 'times'], byNumber(outcomes)),
    '',
    ...table(
      ['', 'peak memory', 'limit', 'slowest /health', 'adjusted for load', 'checks'],
      [
        ...apps.map(({ title, peakBytes, slowestMs, adjustedMs, checks }) => [title, megabytes(peakBytes), megabytes(APP_BYTES), `${String(Math.round(slowestMs))} ms`, `${String(Math.round(adjustedMs))} ms`, number(checks)]), // prettier-ignore
        ['redis', megabytes(redisPeakBytes), megabytes(REDIS_BYTES), '', '', ''],
      ],
    ),
    '',
    `  confirmed  ${number(confirmed)} of ${number(orders.length)} orders of the test customer`,
    '',
    ...verdict(problemsOf(result), paint),
    `Again: ${repeatCommandOf(run)}`,
    '',
  ].join('\n');
}

function verdict(problems: readonly string[], paint: Paint) {
  if (problems.length === 0) {
    return [paint('bold', paint('green', 'No process exited; every hostile entry is a dead letter, and no hostile request was accepted; every law kept.'))]; // prettier-ignore
  }
  const rest = problems.length - SHOWN_PROBLEMS;
  return [
    ...problems.slice(0, SHOWN_PROBLEMS).map((problem) => paint('red', `  ${problem}`)),
    ...(rest > 0 ? [`  … and ${number(rest)} more`] : []),
    paint('bold', paint('red', 'Failed: see above.')),
  ];
}

function number(amount: number) {
  return amount.toLocaleString('en-US');
}
