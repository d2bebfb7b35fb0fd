/** What docker-compose.yml gives an app (APP_MEMORY) and Redis (REDIS_MAXMEMORY). */
export const APP_BYTES = 512 * 2 ** 20;
export const REDIS_BYTES = 2 ** 30;

const HEALTH_WITHIN_MS = 1000;

/**
 * What a run found.
 * @typedef {object} FuzzResult
 * @property {{ seed: number } & Pick<import('./arguments.mjs').FuzzOptions, 'entries' | 'requests'>} run
 * @property {number} tookMs
 * @property {number} ownStarts how often an app ended by itself
 * @property {readonly import('./watch.mjs').Watched[]} apps
 * @property {number} redisPeakBytes
 * @property {Readonly<Record<string, number>>} kinds how many entries of which kind
 * @property {readonly import('./accounts.mjs').Account[]} accounts
 * @property {Readonly<Record<string, number>>} outcomes how many requests ended how
 * @property {readonly string[]} wrong requests that were served or not answered, or that an app failed at
 * @property {readonly import('../trial/customer.mjs').OwnOrder[]} orders of the trial's own customer
 * @property {boolean} lawsKept
 */

/**
 * What is not as it must be, in words; nothing where all is.
 * @param {FuzzResult} result
 * @returns {string[]}
 */
export function problemsOf({ ownStarts, apps, redisPeakBytes, accounts, wrong, orders, lawsKept }) {
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

/** @param {import('./watch.mjs').Watched} app */
function problemsOfApp({ title, ownMs, looks, complaints, peakBytes }) {
  return [
    ...(looks === 0 ? [`${title} was never asked for its health`] : []),
    ...(ownMs > HEALTH_WITHIN_MS ? [`${title} took ${String(Math.round(ownMs))} ms of its own time to say how it is`] : []), // prettier-ignore
    ...(complaints.length > 0 ? [`${title} was not healthy, ${String(complaints.length)} times: ${complaints[0] ?? ''}`] : []), // prettier-ignore
    ...(peakBytes > APP_BYTES ? [`${title} took ${megabytes(peakBytes)} of memory, more than it may`] : []),
  ];
}

/** @param {import('./accounts.mjs').Account} account */
function problemsOfAccount({ stream, hostile, groups, refused, open }) {
  const expected = hostile * groups;
  return [
    ...(open > 0 ? [`${stream}: ${String(open)} entries were not settled`] : []),
    ...(refused === expected ? [] : [`${stream}: expected ${String(expected)} dead letters (${String(hostile)} hostile entries, ${String(groups)} groups), got ${String(refused)}`]), // prettier-ignore
  ];
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${String(Math.round(bytes / 2 ** 20))} MB`;
}
