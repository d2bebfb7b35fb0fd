import { formatSeconds } from '../terminal/duration.js';
import { createTrialScreen } from '../trial/screen.js';
import { ACTION_LABELS } from './action-labels.js';
import type { Action, Fault } from './schedule.js';
import type { Style } from '../terminal/paint.js';

const STYLES: Readonly<Record<Action, Style>> = { kill: 'red', freeze: 'cyan', stop: 'yellow' };

/**
 * Prints a line when a fault begins, and the other messages of a run.
 * @param targets the names of all targets
 */
export function createChaosScreen(stream: NodeJS.WriteStream, targets: readonly string[]) {
  const screen = createTrialScreen(stream);
  const width = Math.max(...targets.map((target) => target.length));
  return {
    ...screen,
    fault({ target, action, forMs }: Fault) {
      const label = screen.paint(STYLES[action], ACTION_LABELS[action].padEnd(ACTION_LABELS.stop.length));
      screen.say(`${label}  ${target.padEnd(width)}  for ${formatSeconds(forMs, 1)}`);
    },
  };
}
