import type { FuzzOptions } from './arguments.js';
import type { Watched } from './watch.js';
import type { Account } from './accounts.js';
import type { OwnOrder } from '../trial/customer.js';

/** What docker-compose.yml gives an app (APP_MEMORY) and Redis (REDIS_MAXMEMORY). */
export const APP_BYTES = 512 * 2 ** 20;
export const REDIS_BYTES = 2 ** 30;

const HEALTH_WITHIN_MS = 1000;

/** What a run found. */
export interface FuzzResult {
  readonly run: { seed: number } & Pick<FuzzOptions, 'entries' | 'requests'>;
  readonly tookMs: number;
  /** How often an app ended by itself. */
  readonly ownStarts: number;
  readonly apps: readonly Watched[];
  readonly redisPeakBytes: number;
  /** How many entries of which kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly accounts: readonly Account[];
  /** How many requests ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Requests that were served or not answered, or that an app failed at. */
  readonly wrong: readonly string[];
  /** Of the trial's own customer. */
  readonly orders: readonly OwnOrder[];
  readonly lawsKept: boolean;
}

/** What is not as it must be, in words; nothing where all is. */
export function problemsOf({
  ownStarts,
  apps,
  redisPeakBytes,
  accounts,
  wrong,
  orders,
  lawsKept,
}: FuzzResult): string[] {
  const unconfirmed = orders.filter(({ orderId }) => orderId === null);
  const complaints = orders.flatMap(({ complaint }) => complaint ?? []);
  return [
    ...(ownStarts > 0 ? [`apps ended by themselves, ${String(ownStarts)} times`] : []),
    ...apps.flatMap((app) => problemsOfApp(app)),
    ...(redisPeakBytes > REDIS_BYTES ? [`Redis took ${megabytes(redisPeakBytes)}, more than it may`] : []),
    ...accounts.flatMap((account) => problemsOfAccount(account)),
    ...wrong,
    ...(orders.length === 0 ? ['the customer could not order anything'] : []),
    ...(unconfirmed.length > 0 ? [`${String(unconfirmed.length)} orders of the customer were never confirmed`] : []),
    ...complaints.map((complaint) => `an order of the customer: ${complaint}`),
    ...(lawsKept ? [] : ['the laws are not kept (see above)']),
  ];
}

function problemsOfApp({ title, ownMs, looks, complaints, peakBytes }: Watched) {
  return [
    ...(looks === 0 ? [`${title} was never asked for its health`] : []),
    ...(ownMs > HEALTH_WITHIN_MS ? [`${title} took ${String(Math.round(ownMs))} ms of its own time to say how it is`] : []), // prettier-ignore
    ...(complaints.length > 0 ? [`${title} was not healthy, ${String(complaints.length)} times: ${complaints[0] ?? ''}`] : []), // prettier-ignore
    ...(peakBytes > APP_BYTES ? [`${title} took ${megabytes(peakBytes)} of memory, more than it may`] : []),
  ];
}

function problemsOfAccount({ stream, hostile, groups, refused, open }: Account) {
  const expected = hostile * groups;
  return [
    ...(open > 0 ? [`${stream}: ${String(open)} entries were not settled`] : []),
    ...(refused === expected ? [] : [`${stream}: expected ${String(expected)} dead letters (${String(hostile)} hostile entries, ${String(groups)} groups), got ${String(refused)}`]), // prettier-ignore
  ];
}

export function megabytes(bytes: number) {
  return `${String(Math.round(bytes / 2 ** 20))} MB`;
}
