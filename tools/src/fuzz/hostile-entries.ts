import { weighted } from './weighted.js';
import { deepJson, HOSTILE_TEXTS, wideJson, withWrongLeaf } from './broken-json.js';
import type { Random } from '../trial/random.js';

/** An entry's fields, in their order. */
export type Fields = (readonly [name: string | Buffer, value: string | Buffer])[];

/** An entry that the shop has published. Hostile entries of the same stream are made from it. */
export type Sample = Readonly<Record<string, string>>;

/** A kind of hostile entry. No handler may be called with one. */
export interface EntryKind {
  readonly name: string;
  /** How often it is chosen, relative to the other kinds. */
  readonly weight: number;
  readonly make: (random: Random, sample: Sample) => Fields;
}

const ENVELOPE = ['event_id', 'event_type', 'timestamp', 'version', 'source', 'data'] as const;

export const ENTRY_KINDS: readonly EntryKind[] = [
  {
    name: 'random bytes',
    weight: 10,
    make: (random) => Array.from({ length: random.whole(1, 20) }, () => [random.bytes(40), random.bytes(200)]),
  },
  {
    name: 'a field of the envelope is missing',
    weight: 15,
    make: (random, sample) => {
      const missing = random.one(ENVELOPE);
      return Object.entries(sample).filter(([name]) => name !== missing);
    },
  },
  {
    name: 'a field of the envelope is not valid',
    weight: 15,
    make: (random, sample) => {
      const [name, value] = random.one([
        ['event_id', ''],
        ['version', random.one(['', 'x', '-1', '2.0', '\u0661.0'])],
        ['timestamp', ''],
        ['source', ''],
        ['event_type', random.one(['', 'x'.repeat(3000), '\u0000'])],
      ]);
      return fieldsOf(sample, { [name]: value });
    },
  },
  {
    name: 'the payload is cut off',
    weight: 15,
    make: (random, sample) => withData(sample, dataOf(sample).slice(0, random.whole(0, dataOf(sample).length - 1))),
  },
  {
    name: 'the payload is not an object',
    weight: 10,
    make: (random, sample) => withData(sample, random.one(['null', '[]', '1', '"text"', 'true', '1e400', 'NaN', 'undefined', ' '])), // prettier-ignore
  },
  {
    name: 'the payload is random text',
    weight: 5,
    make: (random, sample) => fieldsOf(sample, { data: random.bytes(500) }),
  },
  {
    name: 'a value has the wrong type',
    weight: 40,
    make: (random, sample) => withData(sample, JSON.stringify(broken(random, sample))),
  },
  {
    name: 'a number is out of range',
    weight: 10,
    make: (random, sample) =>
      withData(sample, JSON.stringify(broken(random, sample)).replace(/:\d+/, `:${random.one(['9007199254740993', '1e308', '1e999', '0.5', '1.0000000000000001'])}`)), // prettier-ignore
  },
  {
    name: 'a property pollutes a prototype',
    weight: 10,
    make: (random, sample) => {
      const rest = JSON.stringify(broken(random, sample)).slice(1);
      const name = random.one(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']);
      return withData(sample, `{"${name}":{"isAdmin":true,"polluted":"yes","prototype":{"polluted":"yes"}},${rest}`);
    },
  },
  {
    name: 'hostile text everywhere',
    weight: 15,
    make: (random, sample) => {
      const { event_type = '', version = '' } = sample;
      const text = () => random.one(HOSTILE_TEXTS);
      const names = [
        'event_id',
        'source',
        'timestamp',
        'partition_key',
        'correlation_id',
        'causation_id',
        'traceparent',
      ];
      const data = JSON.stringify({ [text()]: text(), order_id: text(), items: [text()] });
      return [['event_type', event_type], ['version', version], ['data', data], ...names.map((name) => [name, text()] as const)]; // prettier-ignore
    },
  },
  {
    name: 'the source does not publish this type',
    weight: 10,
    make: (random, sample) =>
      fieldsOf(sample, { event_id: uuid(random), source: random.one(['', 'mallory', 'processor', sample['source']?.toUpperCase() ?? '']) }), // prettier-ignore
  },
  {
    name: 'no handler for the type',
    weight: 5,
    make: (random, sample) =>
      fieldsOf(sample, { event_id: uuid(random), event_type: `type_${String(random.whole(1, 400))}` }),
  },
  {
    name: 'many levels of nesting',
    weight: 4,
    make: (random, sample) => withData(sample, deepJson(random.whole(200, 6000), random.one([true, false]))),
  },
  { name: 'many items', weight: 3, make: (random, sample) => withData(sample, manyItems(random.whole(200, 3000))) },
  { name: 'many keys', weight: 0.5, make: (random, sample) => withData(sample, wideJson(random.whole(500, 12_000))) },
  {
    name: 'many fields',
    weight: 0.3,
    make: (random, sample) => [
      ...fieldsOf(sample, { data: 'x' }),
      ...Array.from({ length: random.whole(500, 20_000) }, (_, index) => [`f${String(index)}`, ''] as const), // prettier-ignore
    ],
  },
  {
    name: 'a payload of megabytes',
    weight: 0.05,
    make: (random, sample) => withData(sample, `{"text":"${'x'.repeat(random.whole(2 ** 20, 3 * 2 ** 20))}"}`),
  },
];

/** Returns a function that makes a hostile entry on each call: the same ones for the same seed and samples. */
export function createEntries(random: Random) {
  const pick = weighted(random, ENTRY_KINDS);
  return (sample: Sample) => {
    const kind = pick();
    return { kind: kind.name, fields: kind.make(random, sample) };
  };
}

function dataOf(sample: Sample) {
  return sample['data'] ?? '{"order_id":"none"}';
}

function broken(random: Random, sample: Sample) {
  return withWrongLeaf(random, JSON.parse(dataOf(sample)));
}

function fieldsOf(sample: Sample, changes: Readonly<Record<string, string | Buffer>>): Fields {
  return Object.entries({ ...sample, ...changes });
}

function withData(sample: Sample, data: string) {
  return fieldsOf(sample, { data });
}

function manyItems(count: number) {
  return JSON.stringify({ items: Array.from({ length: count }, () => ({})) });
}

function uuid(random: Random) {
  const hex = Array.from({ length: 32 }, () => random.whole(0, 15).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
