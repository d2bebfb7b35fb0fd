import { Failure } from '@shop/tools';

/**
 * Every event was handled exactly once.
 * @param {readonly Uint8Array[]} times how often each was handled, by worker
 * @param {number} total
 */
export function checkOnce(times, total) {
  let lost = 0;
  let repeated = 0;
  for (let number = 0; number < total; number += 1) {
    const handled = times.reduce((sum, own) => sum + (own[number] ?? 0), 0);
    if (handled === 0) lost += 1;
    if (handled > 1) repeated += 1;
  }
  if (lost + repeated === 0) return;
  throw new Failure(
    `of ${String(total)} events ${String(lost)} were not handled and ${String(repeated)} more than once`,
  );
}

/**
 * Redis has as many as it must.
 * @param {Readonly<Record<string, number>>} counts by where they are
 * @param {number} total
 */
export function checkAll(counts, total) {
  for (const [where, count] of Object.entries(counts)) {
    if (count !== total) throw new Failure(`of ${String(total)} events ${String(count)} were ${where}`);
  }
}

/**
 * The client counts its commands; what the server has seen of those that only a client can send must be among them.
 * @param {number} seen by the server
 * @param {number} counted by the client
 * @param {number} [slack] both are not counted at quite the same time
 */
export function checkCommands(seen, counted, slack = 10) {
  if (seen <= 1.2 * counted + slack) return;
  throw new Failure(
    `the server saw ${seen.toFixed(2)} scripts and reads where the client counted ${counted.toFixed(2)} commands: it sends some on a way that bench/process/commands.mjs does not know`,
  );
}
