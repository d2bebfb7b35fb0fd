/**
 * The contestants in the order of the tables. Each is loaded where it runs, so that none carries what others need.
 * @type {Readonly<Record<string, () => Promise<import('./contestant.mjs').Contestant>>>}
 */
export const CONTESTANTS = {
  library: async () => (await import('./library.mjs')).library,
  partitions: async () => (await import('./library.mjs')).partitioned,
  yardstick: async () => (await import('./yardstick.mjs')).yardstick,
  bullmq: async () => (await import('./bullmq.mjs')).bullmq,
  'nest-redis': async () => (await import('./nest-redis.mjs')).nestRedis,
  naive: async () => (await import('./naive.mjs')).naive,
};

/** What the ratios are to. */
export const YARDSTICK = 'yardstick';

/** @param {string} name */
export function loadContestant(name) {
  const load = CONTESTANTS[name];
  if (load === undefined) throw new Error(`Expected one of ${Object.keys(CONTESTANTS).join(', ')}, got "${name}".`);
  return load();
}
