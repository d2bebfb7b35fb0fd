import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { EntriesParser } from '../src/stream/entries/entries-parser.js';
import { MAX_TEXT_LENGTH } from '../src/stream/entries/raw-entry.js';
import type { StreamEntry } from '../src/stream/entries/stream-entry.js';

function bulk(text: string): string {
  return `$${String(Buffer.byteLength(text))}\r\n${text}\r\n`;
}

/** As Redis writes it in RESP2. */
function written(reply: readonly [string, readonly StreamEntry[]][]): Buffer {
  const streams = reply.map(([key, entries]) => {
    const rows = entries.map(
      ({ id, fields }) =>
        `*2\r\n${bulk(id)}${fields ? `*${String(fields.length)}\r\n${fields.map(bulk).join('')}` : '*-1\r\n'}`,
    );
    return `*2\r\n${bulk(key)}*${String(rows.length)}\r\n${rows.join('')}`;
  });
  return Buffer.from(`*${String(streams.length)}\r\n${streams.join('')}`);
}

/** A reply in chunks that end at these places. */
function inChunks(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('event_id', 'data', '1.0', '\r\n', '*2\r\n$1\r\n', '', '€uro 😀'),
  fc.string({ minLength: 40, maxLength: 200 }),
);
const entry = fc.record<StreamEntry>({
  id: fc.tuple(fc.nat(), fc.nat()).map(([ms, sequence]) => `${String(ms)}-${String(sequence)}`),
  fields: fc.option(fc.array(text, { maxLength: 12 })),
});
const reply = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.array(entry, { maxLength: 6 })), {
  maxLength: 4,
  selector: ([key]) => key,
});

describe('EntriesParser', () => {
  it('reads entries that are longer than many chunks, among others, with bytes that are no UTF-8', () => {
    const long = (mark: string): string[] => Array.from({ length: 60_000 }, (_, index) => `${mark} ${String(index)}`);
    const given: [string, StreamEntry[]][] = [
      [
        'notes',
        [
          { id: '1-0', fields: ['a', 'b'] },
          { id: '2-0', fields: long('€') },
          { id: '3-0', fields: ['c', 'd'] },
        ],
      ],
      [
        'files',
        [
          { id: '4-0', fields: long('wrong') },
          { id: '5-0', fields: [] },
          { id: '6-0', fields: long('last') },
        ],
      ],
    ];
    const bytes = written(given);
    bytes[bytes.indexOf('wrong 59999')] = 0xff;
    for (const size of [1000, 4096, 65_536, 300_000]) {
      const parser = new EntriesParser();
      let result: ReturnType<EntriesParser['push']>;
      for (let at = 0; at < bytes.length; at += size) {
        expect(result).toBeUndefined();
        result = parser.push(bytes.subarray(at, at + size));
      }
      expect(result?.get('notes')).toEqual(given[0]?.[1]);
      const [wrong, ...others] = result?.get('files') ?? [];
      expect(others).toEqual(given[1]?.[1].slice(1));
      expect(wrong?.fields?.at(-1)).toBe('\\xffrong 59999');
      expect(wrong?.bytes).toHaveLength(60_000);
    }
  });

  it('makes no text of an entry that is too large for it, but keeps it whole', () => {
    const fields = ['event_id', 'a', 'data', 'x'.repeat(MAX_TEXT_LENGTH)];
    const bytes = written([
      [
        'notes',
        [
          { id: '1-0', fields },
          { id: '2-0', fields: ['a', 'b'] },
        ],
      ],
    ]);
    const [large, small] = new EntriesParser().push(bytes)?.get('notes') ?? [];
    expect(small).toEqual({ id: '2-0', fields: ['a', 'b'] });
    expect(large?.fields).toEqual(['event_id', 'a', 'data', `${'x'.repeat(200)}… (${String(MAX_TEXT_LENGTH)} bytes)`]);
    expect(large?.bytes?.map(String)).toEqual(fields);
  });

  it('reads every reply, however it is cut into chunks, one after the other', () => {
    const parser = new EntriesParser();
    fc.assert(
      fc.property(reply, fc.array(fc.nat(), { maxLength: 30 }), (given, cuts) => {
        const chunks = inChunks(written(given), cuts);
        chunks.forEach((chunk, index) => {
          const result = parser.push(chunk);
          if (index < chunks.length - 1 && chunks.slice(index + 1).some(({ length }) => length > 0)) {
            expect(result).toBeUndefined();
          } else if (result) {
            expect([...result]).toEqual(given);
          }
        });
        expect(parser.push(written(given))).toEqual(new Map(given));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['*-1\r\n', '*0\r\n'])('reads %j as nothing', (bytes) => {
    expect(new EntriesParser().push(Buffer.from(bytes))).toEqual(new Map());
  });

  it("throws Redis' errors, and goes on with the next reply", () => {
    const parser = new EntriesParser();
    expect(parser.push(Buffer.from('-NOGROUP No such '))).toBeUndefined();
    expect(() => parser.push(Buffer.from("key 'a'\r\n"))).toThrow(
      expect.objectContaining({ name: 'ReplyError', message: "NOGROUP No such key 'a'" }),
    );
    parser.reset();
    expect(parser.push(Buffer.from('*-1\r\n'))).toEqual(new Map());
  });

  it.each(['hello\r\n', '*1\r\n:5\r\n', '*-1\r\n*-1\r\n'])('refuses %j', (bytes) => {
    expect(() => new EntriesParser().push(Buffer.from(bytes))).toThrow();
  });

  it('does not copy a large value with each chunk', () => {
    const large = 'x'.repeat(8 * 2 ** 20);
    const bytes = written([['a', [{ id: '1-0', fields: ['data', large] }]]]);
    const parser = new EntriesParser();
    const concat = vi.spyOn(Buffer, 'concat');
    let result: Map<string, StreamEntry[]> | undefined;
    for (let at = 0; at < bytes.length; at += 65_536) result = parser.push(bytes.subarray(at, at + 65_536));
    const copied = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
    concat.mockRestore();
    expect(result?.get('a')?.[0]?.fields?.[1] === large).toBe(true);
    expect(copied).toBeLessThan(2 * bytes.length);
  });
});
