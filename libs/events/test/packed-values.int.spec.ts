import { freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EncodedCommand } from '../src/connection/encoded-command.js';
import { PackedValues } from '../src/connection/packed-values.js';

const UNPACK = `
  local all = {}
  for place = 1, #ARGV do
    local values = cmsgpack.unpack(ARGV[place])
    for index, value in ipairs(values) do
      if type(value) == 'number' then values[index] = string.format('%.17g', value) end
    end
    all[place] = values
  end
  return all`;

describe('PackedValues', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** What the server makes of them. */
  async function unpacked(...lists: (string | number)[][]): Promise<unknown> {
    const command = new EncodedCommand(['eval', UNPACK, 0, ...lists.map((values) => new PackedValues(values))]);
    const reply: unknown = await redis.client.sendCommand(command);
    command.recycle();
    return reply;
  }

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'é', '€uro 😀', 'ü'.repeat(16), 'ü'.repeat(24), 'ü'.repeat(200), 'ü'.repeat(40_000)),
    fc.constantFrom(31, 32, 255, 256, 65_535, 65_536, 200_000).map((length) => 'x'.repeat(length)),
  );
  const number = fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const asText = (value: string | number): string => (typeof value === 'string' ? value : value.toPrecision(17)); // compared as numbers below

  it('arrive at a script as they are, whatever they are', async () => {
    const lists = fc.array(fc.array(fc.oneof(text, number), { maxLength: 60 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(lists, async (given) => {
        const arrived = (await unpacked(...given)) as string[][];
        expect(arrived.length).toBe(given.length);
        given.forEach((values, place) => {
          const found = arrived[place] ?? [];
          expect(found.length).toBe(values.length);
          values.forEach((value, index) => {
            if (typeof value === 'number') expect(Number(found[index])).toBe(Number(asText(value)));
            // Half a surrogate pair is no text, and becomes U+FFFD.
            else expect(found[index]).toBe(Buffer.from(value).toString());
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it('leave what was sent before as it was, although commands share memory', async () => {
    const sent = Array.from({ length: 50 }, (_, index) => [String(index).padEnd(10_000 + 500 * index, '.')]);
    const first = await Promise.all(sent.map((values) => unpacked(values)));
    const second = await Promise.all(sent.map((values) => unpacked(values)));
    expect([first, second]).toEqual([sent.map((values) => [values]), sent.map((values) => [values])]);
  });
});
