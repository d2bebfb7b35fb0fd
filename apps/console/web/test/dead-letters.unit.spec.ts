import { describe, expect, it } from 'vitest';
import type { DeadLetterCause } from '../../src/contract/dead-letters.js';
import { kindsOf } from '../src/dead-letters/kinds.js';
import { parsePayload } from '../src/dead-letters/parse-payload.js';

const cause = (id: string, group: string, errorPattern: string, count: number): DeadLetterCause => ({
  id,
  group,
  errorPattern,
  count,
  stream: 'orders',
  handler: '-',
  reason: 'invalid',
  errorName: 'EventValidationError',
  eventTypes: [],
  firstMs: 0,
  lastMs: 0,
  sample: {} as DeadLetterCause['sample'],
});

describe('kinds of failure', () => {
  it('join the same cause of several groups, the most frequent first', () => {
    const kinds = kindsOf([cause('1', 'a', 'x', 1), cause('2', 'b', 'y', 3), cause('3', 'b', 'x', 4)]);
    expect(kinds.map(({ count, causes }) => [count, causes.map(({ id }) => id)])).toEqual([
      [5, ['3', '1']],
      [3, ['2']],
    ]);
  });
});

describe('an edited payload', () => {
  it('is a JSON object', () => {
    expect(parsePayload('{"a": 1.10}')).toEqual({ json: '{"a": 1.10}' });
  });

  it.each(['', '{"a": ', 'null', '[1]', '"text"', '5'])('is refused with a reason if it is not: %s', (text) => {
    expect(parsePayload(text)).toHaveProperty('problem');
  });
});
