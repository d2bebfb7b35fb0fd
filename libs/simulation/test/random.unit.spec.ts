import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../src/index.js';

const DRAWS = 100_000;

function draws(make: () => number): number[] {
  return Array.from({ length: DRAWS }, make);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function shareBelow(numbers: readonly number[], limit: number): number {
  return numbers.filter((number) => number < limit).length / numbers.length;
}

describe('Random', () => {
  it('gives the same sequence for the same parts', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer())), (parts) => {
        const [one, other] = [Random.of(...parts), Random.of(...parts)];
        for (let i = 0; i < 20; i++) expect(one.next()).toBe(other.next());
      }),
    );
  });

  it('gives the numbers of a second implementation, written in another language', () => {
    const random = Random.of('golden', 1);
    const numbers = [random.next(), random.next(), random.next()];
    expect(numbers).toEqual([0.2652421150716897, 0.08147548327683174, 0.8691724609671485]);
    for (let i = 0; i < 1000; i++) random.next();
    expect(Math.floor(random.next() * 2 ** 27)).toBe(820_575_823 >>> 5);
  });

  it('gives other sequences for parts that are split differently or have other types', () => {
    const sources = [Random.of(1, 2), Random.of(12), Random.of('1', 2), Random.of('1,2'), Random.of(2, 1), Random.of()];
    expect(new Set(sources.map((source) => source.next())).size).toBe(sources.length);
  });

  it('draws from every tenth of [0, 1) equally often', () => {
    const random = Random.of('uniform');
    const counts = Array<number>(10).fill(0);
    const numbers = draws(() => random.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    for (const number of numbers) {
      const tenth = Math.floor(number * 10);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - DRAWS / 10) ** 2 / (DRAWS / 10), 0);
    expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom: exceeded once in a thousand seeds
  });

  it('draws consecutive numbers that are not correlated', () => {
    const random = Random.of('serial');
    const products = draws(() => (random.next() - 0.5) * (random.next() - 0.5));
    expect(Math.abs(mean(products)) * 12 * Math.sqrt(DRAWS)).toBeLessThan(4); // correlation in standard errors
  });

  it('draws integers within their bounds, both reached', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -1000, max: 1000 }), fc.nat(5), (seed, min, width) => {
        const random = Random.of(seed);
        const seen = new Set(Array.from({ length: 300 }, () => random.int(min, min + width)));
        expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: width + 1 }, (_, i) => min + i));
      }),
    );
  });

  it('draws exponential numbers of the given mean and median', () => {
    const random = Random.of('exponential');
    const numbers = draws(() => random.exponential(5));
    expect(mean(numbers)).toBeCloseTo(5, 1);
    expect(shareBelow(numbers, 5 * Math.LN2)).toBeCloseTo(0.5, 2);
  });

  it('draws log-normal numbers of the given median and deviation', () => {
    const random = Random.of('log-normal');
    const numbers = draws(() => random.logNormal(80, 0.5));
    expect(shareBelow(numbers, 80)).toBeCloseTo(0.5, 2);
    expect(shareBelow(numbers, 80 * Math.exp(0.5))).toBeCloseTo(0.841, 2); // one deviation
    expect(Math.min(...numbers)).toBeGreaterThan(0);
  });

  it('makes UUIDs of version 4, none twice', () => {
    const random = Random.of('uuid');
    const uuids = Array.from({ length: 20_000 }, () => random.uuid());
    const version4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(uuids.filter((uuid) => !version4.test(uuid))).toEqual([]);
    expect(new Set(uuids).size).toBe(uuids.length);
  });

  it('never happens with probability 0 and always with 1', () => {
    const random = Random.of('chance');
    const outcomes = Array.from({ length: 1000 }, () => [random.chance(0), random.chance(1)]);
    expect(outcomes.every(([never, always]) => never === false && always === true)).toBe(true);
  });

  it('rejects an empty list to pick from', () => {
    expect(() => Random.of(1).pick([])).toThrow('Expected at least one item to pick from');
  });
});
