import type { Random } from './random.js';

/** Draws values with probabilities proportional to their weights, in logarithmic time. */
export class Weighted<T> {
  private readonly values: T[] = [];
  private readonly cumulative: number[] = [];
  private readonly total: number;

  /** @throws RangeError unless every weight is finite and at least 0, and one is above 0 */
  constructor(entries: readonly (readonly [value: T, weight: number])[]) {
    let total = 0;
    for (const [value, weight] of entries) {
      if (!(weight >= 0 && weight < Infinity)) {
        throw new RangeError(`Expected a weight that is finite and at least 0, got ${String(weight)}.`);
      }
      if (weight === 0) continue;
      total += weight;
      this.values.push(value);
      this.cumulative.push(total);
    }
    if (total === 0) throw new RangeError('Expected at least one value with a weight above 0, got none.');
    this.total = total;
  }

  /** One of the values. */
  pick(random: Random): T {
    const target = random.next() * this.total;
    let low = 0;
    let high = this.cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.cumulative[middle] ?? Infinity) > target) high = middle;
      else low = middle + 1;
    }
    return this.values[low] as T;
  }
}
