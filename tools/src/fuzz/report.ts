import { formatDuration } from '../terminal/duration.js';
import { table } from '../terminal/table.js';
import { repeatCommandOf } from './arguments.js';
import { APP_BYTES, megabytes, problemsOf, REDIS_BYTES, type FuzzResult } from './check-result.js';
import { formatNumber } from '../terminal/numbers.js';
import type { Paint } from '../terminal/paint.js';
import { problemLines } from '../trial/problem-lines.js';

/** How many problems are listed. Of the others, only the number is shown. */
const SHOWN_PROBLEMS = 40;

/** The report as text for people. */
export function formatReport(result: FuzzResult, paint: Paint): string {
  const { run, tookMs, apps, redisPeakBytes, kinds, streamCounts, outcomes, orders } = result;
  const confirmed = orders.filter(({ orderId }) => orderId !== null).length;
  const byNumber = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => [name, formatNumber(count)]);
  return [
    '',
    `${paint('bold', `Fuzz, seed ${String(run.seed)}`)}: ${formatNumber(run.entries)} entries and ${formatNumber(run.requests)} requests in ${formatDuration(tookMs)}`,
    '',
    ...table(['hostile entries', 'sent'], byNumber(kinds)),
    '',
    ...table(
      ['stream', 'hostile', 'groups', 'dead letters', 'not settled'],
      streamCounts.map(({ stream, hostile, groups, deadLetters, unsettled }) => [stream, formatNumber(hostile), String(groups), formatNumber(deadLetters), formatNumber(unsettled)]), // prettier-ignore
    ),
    '',
    ...table(['outcome of requests', 'times'], byNumber(outcomes)),
    '',
    ...table(
      ['', 'peak memory', 'limit', 'slowest /health', 'adjusted for load', 'checks'],
      [
        ...apps.map(({ title, peakBytes, slowestMs, adjustedMs, checks }) => [title, megabytes(peakBytes), megabytes(APP_BYTES), `${String(Math.round(slowestMs))} ms`, `${String(Math.round(adjustedMs))} ms`, formatNumber(checks)]), // prettier-ignore
        ['redis', megabytes(redisPeakBytes), megabytes(REDIS_BYTES), '', '', ''],
      ],
    ),
    '',
    `  confirmed  ${formatNumber(confirmed)} of ${formatNumber(orders.length)} orders of the test customer`,
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
  return [...problemLines(problems, SHOWN_PROBLEMS, paint), paint('bold', paint('red', 'Failed: see above.'))];
}
