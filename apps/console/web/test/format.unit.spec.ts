import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, money, percent, plural, rate } from '../src/format/numbers.js';
import { ago, duration } from '../src/format/times.js';
import { visibleLine, visibleParts } from '../src/format/visible.js';

describe('text from outside', () => {
  it('shows control characters, invisible ones and direction marks by name', () => {
    const parts = visibleParts('a\u202Eb\u001b[31m\u0000\u200b\ud800');
    expect(parts.filter(({ odd }) => odd).map(({ text }) => text)).toEqual(['U+202E', '␛', '␀', 'U+200B', 'U+D800']);
  });

  it('keeps newlines, tabs, letters of all languages and emoji', () => {
    const text = 'one\n\ttwo Grüße مرحبا שלום 你好 👩🚀 é';
    expect(visibleParts(text)).toEqual([{ text, odd: false }]);
  });

  it('loses no other character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = visibleParts(text)
          .filter(({ odd }) => !odd)
          .map((part) => part.text)
          .join('');
        expect(text.length).toBeGreaterThanOrEqual(plain.length);
        expect(plain).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b\u0000]/);
      }),
    );
  });

  it('becomes one short line for a title', () => {
    expect(visibleLine('a\nb\tc')).toBe('a b c');
    expect(visibleLine('x'.repeat(300))).toHaveLength(201);
  });
});

describe('numbers', () => {
  it('have only significant digits', () => {
    expect([0, 0.01, 0.34, 12.345, 1240, 45_678].map(rate)).toEqual(['0', '<0.1', '0.3', '12.3', '1,240', '45.7K']);
    expect([812, 1234, 45_000, 1_200_000].map(bytes)).toEqual(['812 B', '1.2 kB', '45 kB', '1.2 MB']);
    expect([0, 0.048, 0.5, 1].map(percent)).toEqual(['0%', '4.8%', '50%', '100%']);
  });

  it('have a singular and a plural', () => {
    expect([0, 1, 2, 1200].map((value) => plural(value, 'entry', 'entries'))).toEqual([
      '0 entries',
      '1 entry',
      '2 entries',
      '1,200 entries',
    ]);
    expect(plural(1, 'failed attempt')).toBe('1 failed attempt');
  });

  it('format money from the minor unit of its currency', () => {
    expect(money(1250, 'EUR')).toBe('€12.50');
    expect(money(1250, 'JPY')).toBe('¥1,250');
    expect(money(1250, 'no currency')).toBe('1,250 no currency');
  });
});

describe('times', () => {
  it('have the unit that fits', () => {
    expect([0, 0.4, 85, 2310, 7000, 42_100, 250_000, 11_100_000, 200_000_000].map(duration)).toEqual([
      '0 ms',
      '0.4 ms',
      '85 ms',
      '2.31 s',
      '7 s',
      '42.1 s',
      '4 min 10 s',
      '3 h 5 min',
      '2 d 8 h',
    ]);
    expect([500, 12_000, 180_000].map(ago)).toEqual(['just now', '12 s ago', '3 min ago']);
  });

  it('never have 60 of a smaller unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (ms) => {
        expect(duration(ms)).not.toMatch(/\b60 (s|min)\b|\b24 h\b/);
      }),
    );
  });
});
