import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, decodeToHandle } from '../src/decode/decode.js';
import { OPTIONAL_FIELDS, REQUIRED_FIELDS, type EventEnvelope } from '../src/model/event-envelope.js';
import { DEFAULT_PAYLOAD_LIMITS } from '../src/model/payload-limits.js';
import { EventDecodeError } from '../src/model/errors/event.js';
import { encode } from '../src/publish/encode.js';
import { fieldsOf } from '../src/stream/entries/layouts.js';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const known = new Set<string>([...REQUIRED_FIELDS, ...OPTIONAL_FIELDS]);
const payload = fc
  .dictionary(fc.string(), fc.jsonValue())
  // What JSON itself does not keep (-0) is no matter of the envelope.
  .map((data) => JSON.parse(JSON.stringify(data)) as Record<string, unknown>);

const envelopes: fc.Arbitrary<EventEnvelope> = fc.record(
  {
    event_id: fc.uuid(),
    event_type: text,
    timestamp: text,
    version: text,
    source: text,
    data: payload,
    correlation_id: text,
    causation_id: text,
    partition_key: fc.string({ unit: 'grapheme' }),
    traceparent: text,
    tracestate: text,
    extra: fc.dictionary(
      fc.string().filter((name) => !known.has(name)),
      fc.string(),
      { minKeys: 1 },
    ),
  },
  { requiredKeys: ['event_id', 'event_type', 'timestamp', 'version', 'source', 'data'] },
);

const LIMITS = DEFAULT_PAYLOAD_LIMITS;

const valid = [
  'event_id',
  '1',
  'event_type',
  'note_taken',
  'timestamp',
  't',
  'version',
  '1.0',
  'source',
  's',
  'data',
  '{}',
];

function without(name: string): string[] {
  const at = valid.indexOf(name);
  return [...valid.slice(0, at), ...valid.slice(at + 2)];
}

function withData(data: string): string[] {
  return [...without('data'), 'data', data];
}

describe('encode and decode', () => {
  it('give back every envelope, fields that they do not know included', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(decode(fieldsOf(encode(envelope, LIMITS)))).toEqual(envelope);
      }),
    );
  });

  it('keep keys that an object has by nature', () => {
    const data = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, unknown>;
    const extra = Object.fromEntries([
      ['__proto__', 'kept'],
      ['toString', 'kept'],
    ]);
    const envelope = decode(fieldsOf(encode({ ...decode(valid), data, extra }, LIMITS)));
    expect(Object.keys(envelope.data)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(envelope.extra ?? {})).toEqual(['__proto__', 'toString']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('do not mind the order of the fields', () => {
    const reversed = valid
      .flatMap((_, index) => (index % 2 === 0 ? [valid.slice(index, index + 2)] : []))
      .reverse()
      .flat();
    expect(decode(reversed)).toEqual(decode(valid));
  });
});

describe('decode', () => {
  it.each(REQUIRED_FIELDS)('refuses an entry without %s, and names it', (name) => {
    expect(() => decode(without(name))).toThrow(EventDecodeError);
    expect(() => decode(without(name))).toThrow(`${name} missing`);
    expect(() => decode([...without(name), name, ''])).toThrow(`${name} missing`);
  });

  it.each(REQUIRED_FIELDS)('refuses an entry that has %s twice', (name) => {
    expect(() => decode([...valid, name, 'again'])).toThrow(`Expected the field ${name} once`);
  });

  it('names everything that is missing', () => {
    expect(() => decode([])).toThrow(`${REQUIRED_FIELDS.join(', ')} missing`);
    expect(() => decode(['hello', 'world'])).toThrow(EventDecodeError);
  });

  it.each(['{', 'hello', "{'a':1}", '{"a":1,}'])('refuses data that is no JSON: %s', (data) => {
    expect(() => decode(withData(data))).toThrow(/^Expected data to be JSON: /);
  });

  it.each([
    ['[]', 'an array'],
    ['[{"topic":"a"}]', 'an array'],
    ['null', 'null'],
    ['7', 'a number'],
    ['"text"', 'a string'],
    ['true', 'a boolean'],
  ])('refuses data that is no object: %s', (data, kind) => {
    expect(() => decode(withData(data))).toThrow(
      new EventDecodeError(`Expected data to be a JSON object, got ${kind}`),
    );
  });

  it('throws nothing but EventDecodeError, whatever the entry holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(...REQUIRED_FIELDS, '{}', '[')), { maxLength: 30 }),
        (fields) => {
          try {
            decode(fields);
          } catch (error) {
            expect(error).toBeInstanceOf(EventDecodeError);
          }
        },
      ),
    );
  });

  it.each([
    '{"__proto__":{}}',
    '{"a":[{"constructor":1}]}',
    String.raw`{"a":{"\u005f_proto__":1}}`,
    '{"prototype":[]}',
  ])('refuses what would change a prototype when it is to be handled: %s', (data) => {
    expect(() => decodeToHandle(withData(data))).toThrow(
      /^Expected data without a property called .*(__proto__|constructor|prototype)$/,
    );
    const harmless = withData(JSON.stringify({ said: data }));
    expect(decodeToHandle(harmless)).toEqual(decode(harmless));
  });

  it('reads JSON that is nested thousands of levels deep', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    expect(decode(withData(deep)).data).toHaveProperty('a');
    expect(decodeToHandle(withData(deep), false, { ...LIMITS, maxDepth: 5000 }).data).toHaveProperty('a');
  });
});
