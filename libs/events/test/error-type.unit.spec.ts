import { describe, expect, it } from 'vitest';
import { errorTypeOf } from '../src/telemetry/error-type.js';

describe('error.type', () => {
  it("is the error's name, and _OTHER for what has none", () => {
    expect(errorTypeOf(new RangeError('far'))).toBe('RangeError');
    expect(errorTypeOf('text')).toBe('_OTHER');
    expect(errorTypeOf(Object.assign(new Error(), { name: 'order 4711 failed' }))).toBe('_OTHER');
  });

  it('has a bound, whatever is thrown', () => {
    const types = Array.from({ length: 1000 }, (_, number) =>
      errorTypeOf(Object.assign(new Error(), { name: `Error${String(number)}` })),
    );
    expect(new Set(types).size).toBeLessThanOrEqual(101);
    expect(errorTypeOf(new RangeError('far'))).toBe('RangeError');
  });
});
