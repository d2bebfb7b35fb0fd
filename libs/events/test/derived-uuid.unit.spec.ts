import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { validate, version } from 'uuid';
import { describe, expect, it } from 'vitest';
import { derivedUuid, uuidSeed } from '../src/transaction/derived-uuid.js';

const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 300, maxLength: 1000 }));
const what = fc.tuple(fc.uuid(), fc.string(), name);

const of = ([cause, handler, name]: [cause: string, handler: string, name: string]): string =>
  derivedUuid(uuidSeed(cause, handler), name);

describe('derivedUuid', () => {
  it('is made of event, handler and name alone: with others before and after, too, it is the same', () => {
    fc.assert(
      fc.property(what, ([cause, handler, name]) => {
        const [seed, own] = [`${cause}|${handler}`, name].map((text) => createHash('sha1').update(text).digest());
        const bytes = Buffer.from(seed?.subarray(0, 16).map((byte, index) => byte ^ (own?.[index] ?? 0)) ?? []);
        bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
        bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
        const expected = bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
        expect(of([cause, handler, name])).toBe(expected);
      }),
      { numRuns: 2000 }, // more names than are remembered
    );
  });

  it('is a UUID, and another one where anything differs', () => {
    fc.assert(
      fc.property(what, what, (one, other) => {
        const id = of(one);
        expect([validate(id), version(id)]).toEqual([true, 8]);
        for (const [index, value] of other.entries()) {
          if (one[index] === value) continue;
          expect(of(one.with(index, value) as typeof one)).not.toBe(id);
        }
      }),
    );
  });
});
