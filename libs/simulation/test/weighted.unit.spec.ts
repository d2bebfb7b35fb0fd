import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../src/random.js';
import { Weighted } from '../src/weighted.js';

describe('Weighted', () => {
  it('draws values in proportion to their weights', () => {
    const weighted = new Weighted([
      ['a', 1],
      ['b', 0],
      ['c', 2],
      ['d', 7],
    ]);
    const random = Random.of('weighted');
    const counts = new Map<string, number>();
    for (let i = 0; i < 100_000; i++) {
      const value = weighted.pick(random);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect((counts.get('a') ?? 0) / 100_000).toBeCloseTo(0.1, 2);
    expect((counts.get('c') ?? 0) / 100_000).toBeCloseTo(0.2, 2);
    expect((counts.get('d') ?? 0) / 100_000).toBeCloseTo(0.7, 2);
    expect(counts.has('b')).toBe(false);
  });

  it('draws only values with a weight above 0', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1 }), fc.integer(), (weights, seed) => {
        fc.pre(weights.some((weight) => weight > 0));
        const weighted = new Weighted(weights.map((weight, index) => [index, weight]));
        const random = Random.of(seed);
        for (let i = 0; i < 20; i++) expect(weights[weighted.pick(random)]).toBeGreaterThan(0);
      }),
    );
  });

  it('rejects weights without a positive one', () => {
    expect(() => new Weighted([])).toThrow('at least one value with a weight above 0');
    expect(() => new Weighted([['a', 0]])).toThrow('at least one value with a weight above 0');
    expect(() => new Weighted([['a', -1]])).toThrow('got -1');
    expect(() => new Weighted([['a', NaN]])).toThrow('got NaN');
  });
});
