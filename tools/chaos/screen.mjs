import { paintFor } from '../terminal/paint.mjs';
import { DONE } from './words.mjs';

/** @type {Readonly<Record<import('./schedule.mjs').Action, import('../terminal/paint.mjs').Style>>} */
const STYLES = { kill: 'red', freeze: 'cyan', stop: 'yellow' };

/**
 * Prints a line for each fault as it begins, and what else happens.
 * @param {NodeJS.WriteStream} stream
 * @param {readonly string[]} targets what can be broken
 */
export function createChaosScreen(stream, targets) {
  const paint = paintFor(stream);
  const width = Math.max(...targets.map((target) => target.length));
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
    /** @param {import('./schedule.mjs').Fault} fault */
    fault({ target, action, forMs }) {
      const word = paint(STYLES[action], DONE[action].padEnd(DONE.stop.length));
      write(`${word}  ${target.padEnd(width)}  for ${(forMs / 1000).toFixed(1)}s`);
    },
    /** @param {string} text */
    notice(text) {
      write(paint('dim', text));
    },
  };
}
