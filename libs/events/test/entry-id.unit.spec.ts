import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEntryIds, entryIdBefore, timeOfEntryId } from '../src/stream/entries/entry-id.js';

const parts = fc.tuple(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const idOf = ([ms, sequence]: [number, number]) => `${String(ms)}-${String(sequence)}`;

describe('entry ids', () => {
  it('are ordered by time, then by sequence, as numbers', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const expected = a[0] === b[0] ? Math.sign(a[1] - b[1]) : Math.sign(a[0] - b[0]);
        expect(Math.sign(compareEntryIds(idOf(a), idOf(b)))).toBe(expected);
      }),
    );
  });

  it('are not ordered as text is', () => {
    expect(['10-0', '9-10', '9-9', '9-0'].sort(compareEntryIds)).toEqual(['9-0', '9-9', '9-10', '10-0']);
  });

  it('have none between them and the one before', () => {
    expect(entryIdBefore('7-3')).toBe('7-2');
    expect(entryIdBefore('7-0')).toBe('6-18446744073709551615');
    expect(entryIdBefore('7')).toBe('6-18446744073709551615');
    expect(entryIdBefore('0-0')).toBe('0-0');
  });

  it('tell when the entry was appended', () => {
    expect(timeOfEntryId('1732372800123-7')).toBe(1732372800123);
  });
});
