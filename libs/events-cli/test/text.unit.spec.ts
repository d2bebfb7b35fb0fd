import { safe, safeLines } from 'nestjs-event-streams/text';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, safeJson, widthOf } from '../src/terminal/text.js';

const OBEYED = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

describe('text on a terminal', () => {
  it('has no control sequence that a terminal would obey', () => {
    expect(safe('a\u001b[2Jb\u009b1mc\u202ed\r\ne')).toBe(String.raw`a\u001b[2Jb\u009b1mc\u202ed\u000d\u000ae`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safe(text)).not.toMatch(OBEYED);
        for (const line of safeLines(text)) expect(line).not.toMatch(OBEYED);
      }),
    );
  });

  it('is unchanged for a program that reads it as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const json = safeJson({ value, text });
        expect(json).not.toMatch(OBEYED);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
      }),
    );
  });

  it('is never wider than its column', () => {
    expect(cut('order_placed', 20)).toBe('order_placed');
    expect(cut('order_placed', 6)).toBe('order…');
    expect(cut('注文注文', 5)).toBe('注文…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
