const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/** Whoever ran this long, in milliseconds, has earned a quick restart again. */
const STABLE_AFTER_MS = 60_000;

/**
 * How long to wait before an app that has ended is started again: half a second, doubling up to 30 s.
 * @param restarts how often it was restarted in a row
 * @returns milliseconds
 */
export function restartDelayMs(restarts: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(restarts, 16));
}

/**
 * How many restarts in a row count after an app has run for a while.
 * @param upMs how long it ran, in milliseconds
 */
export function restartsAfter(restarts: number, upMs: number): number {
  return upMs >= STABLE_AFTER_MS ? 0 : restarts;
}
