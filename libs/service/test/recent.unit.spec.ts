import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recent } from '../src/recent.js';

const LEAST = 5;
const key = fc.integer({ min: 0, max: 30 }).map(String);

describe('what was used recently', () => {
  it('is there, and what was deleted is not', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('get', 'set', 'delete'), key)), (steps) => {
        const recent = new Recent<string>(LEAST);
        const used: string[] = []; // latest last
        const isKnown = new Set<string>();
        for (const [step, name] of steps) {
          if (step === 'get' && recent.get(name) === undefined) isKnown.delete(name);
          if (step === 'set') recent.set(name, name);
          if (step === 'set') isKnown.add(name);
          if (step === 'delete') recent.delete(name);
          if (step === 'delete') isKnown.delete(name);
          if (used.includes(name)) used.splice(used.indexOf(name), 1);
          used.push(name);
          expect(recent.get(name)).toBe(isKnown.has(name) ? name : undefined);
        }
        for (const name of used.slice(-LEAST)) expect(recent.get(name)).toBe(isKnown.has(name) ? name : undefined);
      }),
    );
  });

  it('is not all that ever was used', () => {
    const recent = new Recent<number>(LEAST);
    for (let number = 0; number < 10 * LEAST; number += 1) recent.set(String(number), number);
    const left = Array.from({ length: 10 * LEAST }, (_, number) => recent.get(String(number))).filter(Boolean);
    expect(left.length).toBeLessThanOrEqual(2 * LEAST);
  });
});
