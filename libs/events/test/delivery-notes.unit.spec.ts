import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DONE, formatNote, noteField, parseNote } from '../src/settle/delivery-notes.js';

describe('delivery notes', () => {
  it('give back every count and time', () => {
    const notes = fc.record({
      failures: fc.nat({ max: 1000 }),
      firstFailureMs: fc.nat({ max: 8.64e15 }),
      unended: fc.array(fc.stringMatching(/^[\w.:-]+$/), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(notes, (note) => {
        expect(parseNote(formatNote(note))).toEqual(note);
      }),
    );
  });

  it.each([undefined, '', DONE, 'rubbish', '3', '-1 5 0', 'NaN NaN', '1 2', ' ', '1 2 a b'])(
    'start from no failures for %j',
    (note) => {
      expect(parseNote(note)).toEqual({ failures: 0, firstFailureMs: 0, unended: [] });
    },
  );

  it('stand in a field for each entry and handler', () => {
    expect(noteField('1-0', 'Notes.onNote')).toBe('1-0|Notes.onNote');
  });
});
