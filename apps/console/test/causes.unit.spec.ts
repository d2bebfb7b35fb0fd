import { describe, expect, it } from 'vitest';
import { patternOf } from '../src/dead-letters/causes.js';

describe('what messages of one cause have in common', () => {
  it.each([
    [
      'The gateway did not answer the charge 5ea4e708-b244-429d-bfd7-68c9d9251008',
      'The gateway did not answer the charge …',
    ],
    ['Expected "EUR", got "GBP"', 'Expected …, got …'],
    ['5 of 12.5 items of 1795452268988-0', '… of … items of …-…'],
    ['commit deadbeef01 is  not\nthere', 'commit … is not there'],
    ['Plain words stay as they are', 'Plain words stay as they are'],
  ])('%s', (message, pattern) => {
    expect(patternOf(message)).toBe(pattern);
  });

  it('is bounded, whatever the message', () => {
    expect(patternOf('word '.repeat(10_000)).length).toBeLessThanOrEqual(200);
  });
});
