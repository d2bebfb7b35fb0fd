import { createTrialScreen } from '../trial/screen.js';
import { DONE } from './words.js';
import type { Action, Fault } from './schedule.js';
import type { Style } from '../terminal/paint.js';

const STYLES: Readonly<Record<Action, Style>> = { kill: 'red', freeze: 'cyan', stop: 'yellow' };

/**
 * Prints a line for each fault as it begins, and what else happens.
 * @param targets what can be broken
 */
export function createChaosScreen(stream: NodeJS.WriteStream, targets: readonly string[]) {
  const screen = createTrialScreen(stream);
  const width = Math.max(...targets.map((target) => target.length));
  return {
    ...screen,
    fault({ target, action, forMs }: Fault) {
      const word = screen.paint(STYLES[action], DONE[action].padEnd(DONE.stop.length));
      screen.say(`${word}  ${target.padEnd(width)}  for ${(forMs / 1000).toFixed(1)}s`);
    },
  };
}
