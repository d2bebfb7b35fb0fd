const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** Whoever ran this long, in milliseconds, has earned a quick restart again. */
const STABLE_AFTER_MS = 60_000;

/**
 * How long to wait before an app that has ended is started again: half a second, doubling up to 30 s.
 * @param {number} restarts how often it was restarted in a row
 * @returns {number} milliseconds
 */
export function restartDelayMs(restarts) {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(restarts, 16));
}

/**
 * How many restarts in a row count after an app has run for a while.
 * @param {number} restarts
 * @param {number} upMs how long it ran, in milliseconds
 * @returns {number}
 */
export function restartsAfter(restarts, upMs) {
  return upMs >= STABLE_AFTER_MS ? 0 : restarts;
}
