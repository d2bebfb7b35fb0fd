/** @type {Readonly<Record<import('./schedule.mjs').Action, string>>} what was done, for people */
export const DONE = { kill: 'killed', freeze: 'frozen', stop: 'stopped' };
