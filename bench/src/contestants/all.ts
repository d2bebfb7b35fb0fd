import type { Contestant } from './contestant.js';

/** The contestants in the order of the tables. Each is loaded only in its own processes, so that none pays for another's packages. */
const LOADERS: ReadonlyMap<string, () => Promise<Contestant>> = new Map([
  ['library', async () => (await import('./library.js')).library],
  ['partitions', async () => (await import('./library.js')).partitioned],
  ['yardstick', async () => (await import('./yardstick.js')).yardstick],
  ['bullmq', async () => (await import('./bullmq.js')).bullmq],
  ['nest-redis', async () => (await import('./nest-redis.js')).nestRedis],
  ['naive', async () => (await import('./naive.js')).naive],
]);

/** The contestant that ratios refer to. */
export const YARDSTICK = 'yardstick';

export interface NamedContestant extends Contestant {
  readonly name: string;
}

/** All contestants, in the order of the tables. */
export function loadContestants(): Promise<NamedContestant[]> {
  return Promise.all([...LOADERS].map(async ([name, load]) => ({ name, ...(await load()) })));
}

/** @throws Error if there is none with that name */
export async function loadContestant(name: string): Promise<Contestant> {
  const load = LOADERS.get(name);
  if (load === undefined) throw new Error(`Expected one of ${[...LOADERS.keys()].join(', ')}, got "${name}".`);
  return load();
}
