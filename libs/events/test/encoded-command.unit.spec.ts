import { Command } from 'ioredis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../src/connection/encode-command.js';
import { EncodedCommand } from '../src/connection/encoded-command.js';

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

  it('gives no memory on that small commands share', () => {
    const kept = Array.from({ length: 40 }, (_, index) => encodeCommand(['get', `key ${String(index)}`]));
    const before = kept.map(String);
    for (let index = 0; index < 40; index += 1) new EncodedCommand(['get', `key ${String(index)}`]).recycle();
    const head = encodeCommand(['set', 'x'.repeat(8000)]).length - 8000;
    for (let index = 0; index < 4; index += 1) encodeCommand(['set', 'x'.repeat(Buffer.poolSize - head)]);
    expect(kept.map(String)).toEqual(before);
  });
});
