import { createTrialScreen } from '../trial/screen.mjs';
import { DONE } from './words.mjs';

/** @type {Readonly<Record<import('./schedule.mjs').Action, import('../terminal/paint.mjs').Style>>} */
const STYLES = { kill: 'red', freeze: 'cyan', stop: 'yellow' };

/**
 * Prints a line for each fault as it begins, and what else happens.
 * @param {NodeJS.WriteStream} stream
 * @param {readonly string[]} targets what can be broken
 */
export function createChaosScreen(stream, targets) {
  const screen = createTrialScreen(stream);
  const width = Math.max(...targets.map((target) => target.length));
  return {
    ...screen,
    /** @param {import('./schedule.mjs').Fault} fault */
    fault({ target, action, forMs }) {
      const word = screen.paint(STYLES[action], DONE[action].padEnd(DONE.stop.length));
      screen.say(`${word}  ${target.padEnd(width)}  for ${(forMs / 1000).toFixed(1)}s`);
    },
  };
}
