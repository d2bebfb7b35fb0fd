import type { FuzzOptions } from './arguments.js';
import type { Watched } from './watch-apps.js';
import type { StreamCounts } from './stream-counts.js';
import type { CustomerOrder } from '../trial/customer.js';

/** The memory limits of docker-compose.yml for an app (APP_MEMORY) and for Redis (REDIS_MAXMEMORY). */
export const APP_BYTES = 512 * 2 ** 20;
export const REDIS_BYTES = 2 ** 30;

const HEALTH_WITHIN_MS = 1000;

/** What was measured in a run. */
export interface FuzzResult {
  readonly run: { seed: number } & Pick<FuzzOptions, 'entries' | 'requests'>;
  readonly tookMs: number;
  /** How often an app exited by itself. */
  readonly unexpectedExits: number;
  readonly apps: readonly Watched[];
  readonly redisPeakBytes: number;
  /** The number of entries by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly streamCounts: readonly StreamCounts[];
  /** The number of requests by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Requests that were accepted, got no answer, or made an app fail. */
  readonly wrongOutcomes: readonly string[];
  /** The orders of the test customer. */
  readonly orders: readonly CustomerOrder[];
  readonly lawsKept: boolean;
}

/** One text for each failed check; empty if all have passed. */
export function problemsOf({
  unexpectedExits,
  apps,
  redisPeakBytes,
  streamCounts,
  wrongOutcomes,
  orders,
  lawsKept,
}: FuzzResult): string[] {
  const unconfirmed = orders.filter(({ orderId }) => orderId === null);
  const unexpectedAnswers = orders.flatMap(({ unexpectedAnswer }) => unexpectedAnswer ?? []);
  return [
    ...(unexpectedExits > 0 ? [`apps exited by themselves, ${String(unexpectedExits)} times`] : []),
    ...apps.flatMap((app) => problemsOfApp(app)),
    ...(redisPeakBytes > REDIS_BYTES
      ? [`Redis used ${megabytes(redisPeakBytes)} of memory, more than its limit of ${megabytes(REDIS_BYTES)}`]
      : []),
    ...streamCounts.flatMap((account) => problemsOfStream(account)),
    ...wrongOutcomes,
    ...(orders.length === 0 ? ['the test customer could not order anything'] : []),
    ...(unconfirmed.length > 0
      ? [`${String(unconfirmed.length)} orders of the test customer were never confirmed`]
      : []),
    ...unexpectedAnswers.map((answer) => `an order of the test customer: ${answer}`),
    ...(lawsKept ? [] : ['the laws are not kept (see above)']),
  ];
}

function problemsOfApp({ title, adjustedMs, checks, unhealthyAnswers, peakBytes }: Watched) {
  return [
    ...(checks === 0 ? [`${title} was never asked for its health`] : []),
    ...(adjustedMs > HEALTH_WITHIN_MS ? [`${title} took ${String(Math.round(adjustedMs))} ms to answer GET /health, adjusted for other load of the machine`] : []), // prettier-ignore
    ...(unhealthyAnswers.length > 0 ? [`${title} was not healthy, ${String(unhealthyAnswers.length)} times: ${unhealthyAnswers[0] ?? ''}`] : []), // prettier-ignore
    ...(peakBytes > APP_BYTES
      ? [`${title} used ${megabytes(peakBytes)} of memory, more than its limit of ${megabytes(APP_BYTES)}`]
      : []),
  ];
}

function problemsOfStream({ stream, hostile, groups, deadLetters, unsettled }: StreamCounts) {
  const expected = hostile * groups;
  return [
    ...(unsettled > 0 ? [`${stream}: ${String(unsettled)} entries were not settled`] : []),
    ...(deadLetters === expected ? [] : [`${stream}: expected ${String(expected)} dead letters (${String(hostile)} hostile entries, ${String(groups)} groups), got ${String(deadLetters)}`]), // prettier-ignore
  ];
}

export function megabytes(bytes: number) {
  return `${String(Math.round(bytes / 2 ** 20))} MB`;
}
