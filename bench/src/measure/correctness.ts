import { Failure } from '@shop/tools';
import type { EventCounts } from '../contestants/contestant.js';

/**
 * Every event was handled exactly once.
 *
 * @param times how often each was handled, by worker
 * @throws Failure with how many were not
 */
export function checkOnce(times: readonly Uint8Array[], total: number): void {
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
 *
 * @throws Failure with the first count that is another one
 */
export function checkAll(counts: EventCounts, total: number): void {
  for (const [where, count] of Object.entries(counts)) {
    if (count !== total) throw new Failure(`of ${String(total)} events ${String(count)} were ${where}`);
  }
}

/**
 * The client counts its commands: those that the server has seen, and only a client can send, must be among them.
 *
 * @param seen by the server
 * @param counted by the client
 * @param slack both are not counted at quite the same time
 * @throws Failure when the client has counted too few
 */
export function checkCommands(seen: number, counted: number, slack = 10): void {
  if (seen <= 1.2 * counted + slack) return;
  throw new Failure(
    `the server saw ${seen.toFixed(2)} scripts and reads where the client counted ${counted.toFixed(2)} commands: it sends some on a way that bench/src/process/commands.ts does not know`,
  );
}
