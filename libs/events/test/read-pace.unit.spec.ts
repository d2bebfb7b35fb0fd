import { describe, expect, it } from 'vitest';
import { ReadPace } from '../src/stream/entries/read-pace.js';

const entriesOf = (count: number, size: number) =>
  Array.from({ length: count }, () => ({ fields: ['x'.repeat(size)] }));

describe('how many entries are asked for at once', () => {
  it('grows with small ones, up to a bound', () => {
    const pace = new ReadPace(1000, 100);
    const counts = Array.from({ length: 5 }, () => {
      const { count } = pace;
      pace.saw(entriesOf(count, 1));
      return count;
    });
    expect(counts).toEqual([8, 32, 100, 100, 100]);
  });

  it('is what fits into a reply, once they are large, and one at least', () => {
    const pace = new ReadPace(1000, 100);
    expect(pace.saw(entriesOf(8, 250))).toBe(2000);
    expect(pace.count).toBe(4);
    pace.saw(entriesOf(1, 50_000));
    expect(pace.count).toBe(1);
    pace.saw(entriesOf(1, 1));
    expect(pace.count).toBe(4);
  });

  it('stays as it is after an empty reply', () => {
    const pace = new ReadPace(1000, 100);
    pace.saw([]);
    expect(pace.count).toBe(8);
  });
});
