import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign } from '../src/worker/assignment.js';

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });

/** Some workers, and owners of some partitions, of whom some are gone. */
const situations = fc.record({ count: fc.integer({ min: 1, max: 64 }), workers: names, gone: names }).chain((facts) => {
  const anybody = fc.constantFrom(undefined, ...facts.workers, ...facts.gone);
  return fc.array(anybody, { maxLength: facts.count }).map((list) => {
    const owners = new Map<number, string>();
    list.forEach((owner, partition) => {
      if (owner !== undefined) owners.set(partition, owner);
    });
    return { ...facts, owners };
  });
});

function sizesOf(assigned: readonly string[], workers: readonly string[]): number[] {
  return workers.map((worker) => assigned.filter((owner) => owner === worker).length);
}

describe('assign', () => {
  it('gives every partition to a live worker, and none more than one above another', () => {
    fc.assert(
      fc.property(situations, ({ count, workers, owners }) => {
        const assigned = assign(count, workers, owners);
        expect(assigned).toHaveLength(count);
        const sizes = sizesOf(assigned, workers);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('does not depend on the order in which the facts are known', () => {
    fc.assert(
      fc.property(situations, ({ count, workers, owners }) => {
        const backwards = new Map([...owners].reverse());
        expect(assign(count, [...workers].reverse(), backwards)).toEqual(assign(count, workers, owners));
      }),
    );
  });

  it('moves as few as any balanced assignment can', () => {
    fc.assert(
      fc.property(situations, ({ count, workers, owners }) => {
        const assigned = assign(count, workers, owners);
        const kept = assigned.filter((worker, partition) => owners.get(partition) === worker).length;
        // Whoever has more than the larger quota must give up the rest; of those that have as much, only so many keep it.
        const least = Math.floor(count / workers.length);
        const larger = count % workers.length;
        const owned = workers.map((worker) => [...owners.values()].filter((owner) => owner === worker).length);
        const full = owned.filter((size) => size > least).length;
        const most = owned.reduce((sum, size) => sum + Math.min(size, least), 0) + Math.min(full, larger);
        expect(kept).toBe(most);
      }),
    );
  });

  it('is at rest: what it has assigned, it assigns again', () => {
    fc.assert(
      fc.property(situations, ({ count, workers, owners }) => {
        const assigned = assign(count, workers, owners);
        expect(assign(count, workers, new Map(assigned.entries()))).toEqual(assigned);
      }),
    );
  });

  const unfitSituations = situations.chain((facts) =>
    fc
      .array(fc.subarray(Array.from({ length: facts.count }, (_, partition) => partition)), {
        minLength: facts.workers.length,
        maxLength: facts.workers.length,
      })
      .map((lists) => ({
        ...facts,
        unfit: new Map(facts.workers.map((worker, place) => [worker, new Set(lists[place])])),
      })),
  );

  it('gives a partition to nobody who does not handle all of it, as long as there is somebody else', () => {
    fc.assert(
      fc.property(unfitSituations, ({ count, workers, owners, unfit }) => {
        const assigned = assign(count, workers, owners, unfit);
        for (const [partition, owner] of assigned.entries()) {
          expect(workers).toContain(owner);
          const isFit = (worker: string): boolean => !unfit.get(worker)?.has(partition);
          expect(isFit(owner)).toBe(workers.some(isFit));
        }
        expect(assign(count, [...workers].reverse(), new Map([...owners].reverse()), unfit)).toEqual(assigned);
        // It is at rest, too.
        expect(assign(count, workers, new Map(assigned.entries()), unfit)).toEqual(assigned);
      }),
    );
  });

  it('divides them as ever where nobody, or everybody, does not handle all of them', () => {
    fc.assert(
      fc.property(situations, ({ count, workers, owners }) => {
        const all = new Set(Array.from({ length: count }, (_, partition) => partition));
        const unfit = new Map(workers.map((worker) => [worker, all]));
        expect(assign(count, workers, owners, unfit)).toEqual(assign(count, workers, owners));
      }),
    );
  });

  it('has nobody to assign to without workers', () => {
    expect(assign(4, [], new Map())).toEqual([]);
  });
});
