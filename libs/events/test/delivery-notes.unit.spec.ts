import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DONE, formatNote, noteField, parseNote } from '../src/stream/entries/delivery-notes.js';

describe('delivery notes', () => {
  it('give back every count and time', () => {
    const notes = fc.record({
      failures: fc.nat({ max: 1000 }),
      firstFailureMs: fc.nat({ max: 8.64e15 }),
      openQuarantineRuns: fc.array(fc.stringMatching(/^[\w.:-]+\/\d+$/), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(notes, (note) => {
        // As the server puts it together.
        expect(parseNote(formatNote(note) + note.openQuarantineRuns.join(','))).toEqual(note);
      }),
    );
  });

  it.each([undefined, '', DONE, 'rubbish', '3', '-1 5 0', 'NaN NaN', '1 2', ' ', '1 2 a b'])(
    'start from no failures for %j',
    (note) => {
      expect(parseNote(note)).toEqual({ failures: 0, firstFailureMs: 0, openQuarantineRuns: [] });
    },
  );

  it('of an earlier version, with a number of crashes, speak of none', () => {
    expect(parseNote('3 1732372800000 1')).toEqual({
      failures: 3,
      firstFailureMs: 1_732_372_800_000,
      openQuarantineRuns: [],
    });
  });

  it('stand in a field for each entry and handler', () => {
    expect(noteField('1-0', 'Notes.onNote')).toBe('1-0|Notes.onNote');
  });
});
