import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedValues } from '../src/connection/packed-values.js';
import { encodeCommand } from '../src/connection/encode-command.js';
import { EntriesParser } from '../src/stream/entries/entries-parser.js';
import { entryOf } from '../src/stream/entries/raw-entry.js';

/** Bytes of which many are nearly UTF-8. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.constantFrom(
        [0xed, 0xa0, 0x80],
        [0xc0, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xe2, 0x82],
        [0x5c],
        [0xef, 0xbf, 0xbd],
      ),
    ),
    { maxLength: 5 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));

/** The bytes that an escaped text stands for. */
function unescaped(text: string): Buffer {
  const parts = text.match(/\\\\|\\x[0-9a-f]{2}|[^\\]+/g) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith('\\x')) return Buffer.from(part.slice(2), 'hex');
      return Buffer.from(part === '\\\\' ? '\\' : part);
    }),
  );
}

describe('an entry of any bytes', () => {
  it('is text where it is UTF-8, and else shows every byte', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 6 }), (fields) => {
        const entry = entryOf([Buffer.from('1-0'), fields]);
        if (fields.every((field) => isUtf8(field))) {
          expect(entry).toEqual({ id: '1-0', fields: fields.map(String) });
          return;
        }
        expect(entry.bytes).toEqual(fields);
        fields.forEach((field, index) => {
          const text = entry.fields?.[index] ?? '';
          expect(isUtf8(field) ? Buffer.from(text) : unescaped(text)).toEqual(field);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('is read the same from a reply that comes in chunks', () => {
    const parser = new EntriesParser();
    const bulk = (field: Buffer): Buffer[] => [Buffer.from(`$${String(field.length)}\r\n`), field, Buffer.from('\r\n')];
    fc.assert(
      fc.property(fc.array(fc.array(bytes, { maxLength: 6 }), { maxLength: 4 }), fc.nat(), (entries, cut) => {
        const rows = entries.flatMap((fields) => [
          Buffer.from(`*2\r\n$3\r\n1-0\r\n*${String(fields.length)}\r\n`),
          ...fields.flatMap(bulk),
        ]);
        const reply = Buffer.concat([Buffer.from(`*1\r\n*2\r\n$1\r\ns\r\n*${String(entries.length)}\r\n`), ...rows]);
        const end = 1 + (cut % (reply.length - 1));
        const result = parser.push(reply.subarray(0, end)) ?? parser.push(reply.subarray(end));
        expect(result?.get('s')).toEqual(
          entries.map((fields) => expect.objectContaining(entryOf([Buffer.from('1-0'), fields])) as unknown),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is packed as it is, between text and numbers', () => {
    fc.assert(
      fc.property(bytes, fc.string({ unit: 'binary' }), (given, text) => {
        const packed = encodeCommand([new PackedValues([text, given, 300, text])]).toString('latin1');
        expect(packed).toContain(given.toString('latin1'));
        const isSame =
          encodeCommand([new PackedValues([text, String(given), 300, text])]).toString('latin1') === packed;
        expect(isSame).toBe(isUtf8(given));
      }),
    );
  });
});
