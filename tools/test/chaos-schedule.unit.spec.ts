import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFaults, REDIS, type Fault } from '../src/chaos/schedule.js';

const APPS = ['order', 'payment', 'inventory', 'shipping', 'processor-1', 'processor-2', 'processor-3'];
const CLAIM_AFTER_MS = 4000;

function plan(seed: number, durationMs: number, apps: readonly string[] = APPS): Fault[] {
  return planFaults({ seed, durationMs, apps, claimAfterMs: CLAIM_AFTER_MS });
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const durations = fc.integer({ min: 12_000, max: 900_000 });

function count(faults: readonly Fault[], condition: (fault: Fault) => boolean): number {
  return faults.filter(condition).length;
}

describe('the schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        expect(plan(seed, durationMs)).toEqual(plan(seed, durationMs));
      }),
    );
    expect(plan(1, 60_000)).not.toEqual(plan(2, 60_000));
  });

  it('does not change between versions', () => {
    // Otherwise the seed of an old report would not repeat its faults.
    expect(plan(7, 20_000)).toEqual(PLAN_OF_SEED_7);
  });

  it('ends each fault within the duration, and is sorted by time', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        const faults = plan(seed, durationMs);
        expect(faults.every(({ atMs, forMs }) => atMs > 0 && forMs > 0 && atMs + forMs <= durationMs)).toBe(true);
        expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).sort((a, b) => a - b));
      }),
    );
  });

  it('gives each target one fault at a time, and time to recover from it', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        for (const target of [...APPS, REDIS]) {
          const own = plan(seed, durationMs).filter((fault) => fault.target === target);
          own.slice(1).forEach((fault, index) => {
            const before = own[index];
            expect(fault.atMs - (before?.atMs ?? 0) - (before?.forMs ?? 0)).toBeGreaterThanOrEqual(4998);
          });
        }
      }),
    );
  });

  it('lets faults of apps and Redis overlap, and never stops Redis', () => {
    const faults = plan(7, 300_000);
    const ofRedis = faults.filter(({ target }) => target === REDIS);
    expect(new Set(ofRedis.map(({ action }) => action))).toEqual(new Set(['kill', 'freeze']));
    const overlaps = ofRedis.some((one) =>
      faults.some(
        (other) => other.target !== REDIS && other.atMs < one.atMs + one.forMs && one.atMs < other.atMs + other.forMs,
      ),
    );
    expect(overlaps).toBe(true);
  });

  it('has every fault of every target in five minutes, and freezes that last longer than the claim time', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = plan(seed, 300_000);
        for (const target of [...APPS, REDIS])
          expect(count(faults, (fault) => fault.target === target)).toBeGreaterThan(2);
        for (const action of ['kill', 'freeze', 'stop'])
          expect(count(faults, (fault) => fault.target !== REDIS && fault.action === action)).toBeGreaterThan(5);
        const frozen = faults.filter(({ target, action }) => target !== REDIS && action === 'freeze');
        expect(count(frozen, ({ forMs }) => forMs > CLAIM_AFTER_MS)).toBeGreaterThan(3);
        expect(count(frozen, ({ forMs }) => forMs < CLAIM_AFTER_MS)).toBeGreaterThan(3);
      }),
    );
  });

  it('has a fault of Redis and one of an app in the shortest run', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = plan(seed, 20_000);
        expect(count(faults, ({ target }) => target === REDIS)).toBeGreaterThan(0);
        expect(count(faults, ({ target }) => target !== REDIS)).toBeGreaterThan(0);
      }),
    );
  });

  it('leaves the faults of Redis as they are when there are more apps', () => {
    const ofRedis = (apps: readonly string[]) => plan(7, 300_000, apps).filter(({ target }) => target === REDIS);
    expect(ofRedis([...APPS, 'processor-4'])).toEqual(ofRedis(APPS));
  });
});

const PLAN_OF_SEED_7: Fault[] = [
  { atMs: 8944, target: 'processor-3', action: 'stop', forMs: 793 },
  { atMs: 11_251, target: 'redis', action: 'kill', forMs: 1702 },
  { atMs: 13_023, target: 'processor-1', action: 'kill', forMs: 458 },
  { atMs: 17_503, target: 'inventory', action: 'freeze', forMs: 2287 },
];
