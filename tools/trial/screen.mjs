import { paintFor } from '../terminal/paint.mjs';

/**
 * Prints what happens in a trial, with the time since its beginning.
 * @param {NodeJS.WriteStream} stream
 */
export function createTrialScreen(stream) {
  const paint = paintFor(stream);
  let startedAt = performance.now();
  const write = (/** @type {string} */ text) => {
    const at = ((performance.now() - startedAt) / 1000).toFixed(1);
    stream.write(`${paint('dim', `${at.padStart(7)}s`)}  ${text}\n`);
  };
  return {
    paint,
    /** The times that are shown count from here. */
    begin() {
      startedAt = performance.now();
    },
    say: write,
    /** @param {string} text */
    notice(text) {
      write(paint('dim', text));
    },
  };
}
