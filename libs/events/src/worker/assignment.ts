/**
 * Which worker should own which partition. Pure, and the same whoever works it out from the same facts: every worker gets
 * as many as any other, or one more; and of all such assignments it is one that moves the fewest partitions.
 *
 * @param count how many partitions there are
 * @param workers the live ones
 * @param owners by partition: who owns it now; owners that are not among the workers do not count
 * @param unfit by worker: partitions of which it does not handle everything. Each is for one that may, if there is one; the
 *   others are divided as if they were all
 * @returns the owner of each partition, by its number; empty without workers
 */
export function assign(
  count: number,
  workers: readonly string[],
  owners: ReadonlyMap<number, string>,
  unfit: ReadonlyMap<string, ReadonlySet<number>> = new Map(),
): readonly string[] {
  if (workers.length === 0) return [];
  if (![...unfit.values()].some(({ size }) => size > 0)) return divide(count, workers, owners);
  const bound = bind(count, workers, owners, unfit);
  const rest = Array.from({ length: count }, (_, partition) => partition).filter((partition) => !bound.has(partition));
  const places = new Map(rest.map((partition, place) => [partition, place]));
  const divided = divide(
    rest.length,
    workers,
    new Map(rest.map((partition, place) => [place, owners.get(partition) ?? ''])),
  );
  return Array.from(
    { length: count },
    (_, partition) => bound.get(partition) ?? divided[places.get(partition) ?? 0] ?? '',
  );
}

/** Those that some worker is unfit for and another is not: they stay where they are, or go to whoever has the fewest of them. */
function bind(
  count: number,
  workers: readonly string[],
  owners: ReadonlyMap<number, string>,
  unfit: ReadonlyMap<string, ReadonlySet<number>>,
): Map<number, string> {
  const bound = new Map<number, string>();
  const loads = new Map<string, number>();
  for (let partition = 0; partition < count; partition += 1) {
    const fit = workers.filter((worker) => !unfit.get(worker)?.has(partition));
    if (fit.length === 0 || fit.length === workers.length) continue;
    const owner = owners.get(partition) ?? '';
    const least = Math.min(...fit.map((worker) => loads.get(worker) ?? 0));
    const chosen = fit.includes(owner) ? owner : fit.filter((worker) => (loads.get(worker) ?? 0) === least).sort()[0];
    if (chosen === undefined) continue;
    bound.set(partition, chosen);
    loads.set(chosen, (loads.get(chosen) ?? 0) + 1);
  }
  return bound;
}

function divide(count: number, workers: readonly string[], owners: ReadonlyMap<number, string>): readonly string[] {
  const owned = new Map(workers.map((worker): [string, number[]] => [worker, []]));
  for (let partition = 0; partition < count; partition += 1) owned.get(owners.get(partition) ?? '')?.push(partition);

  // Whoever has the most already gets those that do not divide evenly: that moves the fewest.
  const ranked = [...owned].sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1));
  const least = Math.floor(count / ranked.length);
  const larger = count % ranked.length;
  const assigned = new Array<string | undefined>(count).fill(undefined);
  const short: { worker: string; missing: number }[] = [];
  ranked.forEach(([worker, partitions], rank) => {
    const quota = least + (rank < larger ? 1 : 0);
    for (const partition of partitions.slice(0, quota)) assigned[partition] = worker;
    if (partitions.length < quota) short.push({ worker, missing: quota - partitions.length });
  });
  return assigned.map((worker) => worker ?? nextOf(short));
}

/** Takes a place of the first who is short of one; there are as many places as partitions without owner. */
function nextOf(short: { worker: string; missing: number }[]): string {
  const [first] = short;
  if (!first) throw new RangeError('There are more partitions than places for them');
  first.missing -= 1;
  if (first.missing === 0) short.shift();
  return first.worker;
}
