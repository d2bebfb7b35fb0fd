import type { Action } from './schedule.js';

/** what was done, for people */
export const DONE: Readonly<Record<Action, string>> = { kill: 'killed', freeze: 'frozen', stop: 'stopped' };
