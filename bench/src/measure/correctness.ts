import { Failure } from '@shop/tools';
import type { EventCounts } from '../contestants/contestant.js';

/**
 * Checks that every event was handled exactly once.
 *
 * @param times by worker, how often each event was handled
 * @throws Failure with the numbers of lost and repeated events
 */
export function checkHandledOnce(times: readonly Uint8Array[], total: number): void {
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
 * Checks that Redis holds all events.
 *
 * @throws Failure with the first wrong count
 */
export function checkCounts(counts: EventCounts, total: number): void {
  for (const [where, count] of Object.entries(counts)) {
    if (count !== total) throw new Failure(`of ${String(total)} events ${String(count)} were ${where}`);
  }
}

/**
 * Checks the number of commands that the client has counted, by the commands that only a client can send, as the server has counted
 * them.
 *
 * @param seen the count of the server
 * @param counted the count of the client
 * @param slack a tolerance, because the two are not counted at the same moment
 * @throws Failure if the client has counted too few
 */
export function checkCommands(seen: number, counted: number, slack = 10): void {
  if (seen <= 1.2 * counted + slack) return;
  throw new Failure(
    `the server saw ${seen.toFixed(2)} scripts and reads where the client counted ${counted.toFixed(2)} commands: it sends some in a way that bench/src/process/commands.ts does not count`,
  );
}
