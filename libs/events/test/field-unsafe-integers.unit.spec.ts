import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, decodeToHandle } from '../src/decode/decode.js';
import { compactJson, indentedJson } from '../src/json/format.js';
import { infiniteNumber, lossesOf, unsafeInteger } from '../src/json/losses.js';
import { DEFAULT_PAYLOAD_LIMITS } from '../src/model/payload-limits.js';
import { EventDecodeError } from '../src/model/errors/event.js';
import { EventPayloadError } from '../src/model/errors/publishing.js';
import { checkedJson } from '../src/publish/payload.js';
import { noteFields } from './entries.js';

const LIMITS = DEFAULT_PAYLOAD_LIMITS;

describe('an integer beyond 2^53', () => {
  it.each([
    [{ id: 2 ** 53 }, 'id'],
    [{ id: -(2 ** 53) }, 'id'],
    [{ items: [{ id: 1 }, { id: 1e20 }] }, 'items.1.id'],
    [{ id: Number.MAX_VALUE }, 'id'],
    [{ at: { toJSON: () => 2 ** 60 } }, 'at'],
  ])('is not published: %j', (data, path) => {
    const publish = (): unknown => checkedJson('note_taken', data, LIMITS);
    expect(publish).toThrow(EventPayloadError);
    expect(publish).toThrow(`note_taken cannot be published: ${path}: expected an integer within ±9007199254740991`);
  });

  it('is published up to it, and so is every other finite number', () => {
    const data = { most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER, part: 0.1, tiny: 5e-324 };
    expect(JSON.parse(checkedJson('note_taken', data, LIMITS))).toEqual(data);
  });

  it.each([
    ['{"id":9007199254740993}', 'id', '9007199254740993'],
    ['{"id":-9007199254740992}', 'id', '-9007199254740992'],
    ['{"a":[1,{"b":[2,73314510714175488123]}]}', 'a.1.b.1', '73314510714175488123'],
    ['{"note":"\\"{[","\\u0069d" : 12345678901234567890.0 }', 'id', '12345678901234567890.0'],
  ])('is refused by readers, with its path: %s', (json, path, digits) => {
    const fields = noteFields({ data: json });
    expect(() => decodeToHandle(fields)).toThrow(EventDecodeError);
    expect(() => decodeToHandle(fields)).toThrow(`got ${digits} as ${path}: it would be rounded`);
    expect(decodeToHandle(fields, true).data).toEqual(JSON.parse(json));
    expect(decode(fields).data).toEqual(JSON.parse(json));
  });

  it.each([
    '{"id":9007199254740991}',
    '{"id":"73314510714175488123"}',
    '{"73314510714175488123":1}',
    '{"text":"say \\"73314510714175488123\\" \\\\","n":[0.12345678901234567,1e20,-1]}',
  ])('is none: %s', (json) => {
    expect(decodeToHandle(noteFields({ data: json })).data).toEqual(JSON.parse(json));
  });

  it('is found wherever it stands, and nothing else is', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.constantFrom('9007199254740993'));
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.boolean(), fc.constantFrom(undefined, 1), (before, isUnsafe, indent) => {
        const json = JSON.stringify({ before, mark: '§', after: [before] }, null, indent);
        const text = json.replace('"§"', isUnsafe ? '18446744073709551615' : '1844674407370955');
        // Doubles are written with all of their digits, too.
        const isOther = unsafeInteger(json) !== undefined;
        fc.pre(!isOther);
        expect(unsafeInteger(text)).toEqual(isUnsafe ? { path: 'mark', digits: '18446744073709551615' } : undefined);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a number that is Infinity in JavaScript', () => {
  const long = `${'9'.repeat(250)}.5e99`;
  it.each([
    ['{"a":1e400}', 'a', '1e400'],
    ['{"a":[1,{"b":-1.5E+0309}]}', 'a.1.b', '-1.5E+0309'],
    [`{"a":${'9'.repeat(310)}}`, 'a', '9'.repeat(310)],
    [`{"a":${long}}`, 'a', long],
  ])('is found, with its path: %s', (json, path, digits) => {
    expect(infiniteNumber(json)).toEqual({ path, digits });
  });

  it.each(['{"a":1e308}', '{"a":"1e400","1e400":1e-400}', '{"a":1e0021}', '{"e400":1,"a":"\\"1e999"}'])(
    'is none: %s',
    (json) => {
      expect(infiniteNumber(json)).toBeUndefined();
    },
  );
});

describe('the text of a payload', () => {
  it('is indented and compacted without a change to what it says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const compact = JSON.stringify(value);
        expect(compactJson(JSON.stringify(value, null, indent))).toBe(compact);
        expect(compactJson(indentedJson(compact))).toBe(compact);
      }),
    );
    expect(indentedJson('{"id":73314510714175488123,"amount":1.10,"none":{},"list":[1,[]]}')).toBe(
      '{\n  "id": 73314510714175488123,\n  "amount": 1.10,\n  "none": {},\n  "list": [\n    1,\n    []\n  ]\n}',
    );
  });

  it('does not grow with the square of its depth', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    expect(indentedJson(deep).length).toBeLessThan(50 * deep.length);
  });

  it.each([
    ['{"id":73314510714175488123,"amount":1.10}', [['id', '73314510714175488123 is read as 73314510714175490000']]],
    [
      '{"a":[1e400,1e-400,0.1234567890123456789]}',
      [
        ['a.0', '1e400 is read as Infinity'],
        ['a.1', '1e-400 is read as 0'],
        ['a.2', '0.1234567890123456789 is read as 0.12345678901234568'],
      ],
    ],
    [
      '{"a":{"b":1,"b":2},"\\u0061":3}',
      [
        ['a.b', 'it stands there twice, and the last one is read'],
        ['a', 'it stands there twice, and the last one is read'],
      ],
    ],
    ['{"a":1.0,"b":1E2,"c":-0,"d":100000000000000000000000,"e":"1e400","f":{"a":1},"g":0.10e1}', []],
  ])('tells what does not survive parsing: %s', (json, losses) => {
    expect(lossesOf(json).map(({ path, why }) => [path, why])).toEqual(losses);
  });

  it('loses nothing that JSON.stringify has written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(lossesOf(JSON.stringify(value))).toEqual([]);
      }),
    );
  });
});
