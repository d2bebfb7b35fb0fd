import type { Action } from './schedule.js';

/** What each action does to its target, for people. */
export const ACTION_LABELS: Readonly<Record<Action, string>> = { kill: 'killed', freeze: 'frozen', stop: 'stopped' };
