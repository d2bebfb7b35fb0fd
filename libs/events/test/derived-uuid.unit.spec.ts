import fc from 'fast-check';
import { v5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { derivedUuid, NAMESPACE } from '../src/transaction/derived-uuid.js';

describe('derivedUuid', () => {
  it('is the name-based UUID of RFC 9562', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 300, maxLength: 1000 }));
    fc.assert(
      fc.property(fc.uuid(), fc.string(), name, (cause, handler, what) => {
        const expected = v5(`${cause}|${handler}|${what}`, Buffer.from(NAMESPACE));
        expect(derivedUuid(cause, handler, what)).toBe(expected);
      }),
    );
  });
});
