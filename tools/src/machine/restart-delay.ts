const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/** After an app has run this long, in milliseconds, its next restart counts as the first again. */
const STABLE_AFTER_MS = 60_000;

/**
 * How long to wait before an app that has exited is restarted: half a second, then twice as long each time, up to 30 s.
 * @param restarts the number of restarts in a row so far
 * @returns milliseconds
 */
export function restartDelayMs(restarts: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(restarts, 16));
}

/**
 * The number of restarts in a row, after an app has run for some time.
 * @param upMs how long it has run, in milliseconds
 */
export function restartsAfter(restarts: number, upMs: number): number {
  return upMs >= STABLE_AFTER_MS ? 0 : restarts;
}
