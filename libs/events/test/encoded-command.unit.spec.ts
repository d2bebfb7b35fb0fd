import { Command } from 'ioredis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../src/connection/encoded-command.js';

describe('encodeCommand', () => {
  it('writes what ioredis would write', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', 'é', '€uro 😀', '\ud800', 'x'.repeat(2000), 'ü'.repeat(25)),
    );
    const argument = fc.oneof(
      text,
      fc.nat(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.constantFrom(1e21, 999, 1000, -0),
    );
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 1200 }), (args) => {
        const command = new Command('evalsha', args.map(String));
        expect(encodeCommand(['evalsha', ...args])).toEqual(Buffer.from(String(command.toWritable(expect))));
      }),
    );
  });
});
