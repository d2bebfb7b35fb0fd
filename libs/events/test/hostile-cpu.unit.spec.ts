import { Transform, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { DomainEvent, type EventClass } from 'nestjs-event-streams';
import { lossesOf, validate } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import { decodeToHandle } from '../src/decode/decode.js';
import { dangerousKey } from '../src/json/dangerous-keys.js';
import { compactJson, indentedJson } from '../src/json/format.js';
import { limitBeyond, type PayloadLimits } from '../src/model/payload-limits.js';
import { EntriesParser } from '../src/stream/entries/entries-parser.js';
import { textOf } from '../src/model/thrown.js';
import { noteFields } from './entries.js';

const SEED = Number(process.env['HOSTILE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Sizes of one input, in bytes, a factor of 16 apart: what takes the square of the time takes 16 times as much for each byte. */
const SMALL = 6000;
const FACTOR = 16;
/** How much more each byte may cost: caches, garbage collection, a stack that is too short and other work have their part. */
const MAX_GROWTH = 8;
/** What costs less than this for the large input is quick, whatever it grows by; in microseconds of the processor. */
const QUICK_US = 4000;

/** The limits out of the way: whoever raises them must not find a cliff behind them. */
const NO_LIMITS: PayloadLimits = {
  maxBytes: Infinity,
  maxDepth: Infinity,
  maxProperties: Infinity,
  maxItems: Infinity,
};

const FEW: PayloadLimits = { maxBytes: 1e9, maxDepth: 10, maxProperties: 100, maxItems: 100 };

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

/** A text of about so many characters, of parts. */
function filled(size: number, part: (index: number) => string, separator = ''): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < size; index += 1) {
    const next = part(index);
    parts.push(next);
    length += next.length + separator.length;
  }
  return parts.join(separator);
}

const digits = (random: Random): string => String(Math.floor(random() * 1e9));
const nested = (size: number, open: string, close: string, core = '1'): string => {
  const depth = Math.ceil(size / (open.length + close.length));
  return open.repeat(depth) + core + close.repeat(depth);
};
const anyValue = (random: Random): string =>
  ['1', '"a"', '{}', '[]', 'null', 'true', '[[]]', '{"a":{}}', '"\\u0041\\"\\\\"', '-1.5e3'][
    Math.floor(random() * 10)
  ] ?? '1';
const anyMark = (random: Random): string => '{}[],:"\\ 1ae-'.charAt(Math.floor(random() * 13));

/** Payloads that are hard on somebody, of about so many bytes. */
const PAYLOADS: Readonly<Record<string, (size: number, random: Random) => string>> = {
  'unknown keys': (size, random) => `{${filled(size, () => `"k${digits(random)}":1`, ',')}}`,
  'unknown keys of a part': (size, random) => `{"part":{${filled(size, () => `"k${digits(random)}":1`, ',')}}}`,
  'unknown keys of an unknown part': (size, random) =>
    `{"other":{${filled(size, () => `"k${digits(random)}":1`, ',')}}}`,
  'keys that are numbers': (size, random) => `{${filled(size, () => `"${digits(random)}":1`, ',')}}`,
  'keys that are numbers, downwards': (size) => `{${filled(size, (index) => `"${String(1e6 - index)}":1`, ',')}}`,
  'the same key': (size) => `{${filled(size, () => '"topic":1', ',')}}`,
  'keys with escapes': (size, random) => `{${filled(size, () => `"\\u0070roto${digits(random)}":1`, ',')}}`,
  'long keys': (size, random) => `{${filled(size, () => `"${'k'.repeat(1000)}${digits(random)}":{"proto":1}`, ',')}}`,
  'nested objects': (size) => nested(size, '{"proto":', '}'),
  'nested arrays': (size) => `{"a":${nested(size, '[', ']')}}`,
  'nested parts': (size) => nested(size, '{"part":', '}'),
  'nested parts with an unsafe integer': (size) => nested(size, '{"part":', '}', '12345678901234567890'),
  'lists of lists of nothing': (size) => `{"parts":[${filled(size, () => '[[],[]]', ',')}]}`,
  'empty parts': (size) => `{"parts":[${filled(size, () => '{}', ',')}]}`,
  'parts with a wrong number': (size, random) =>
    `{"parts":[${filled(size, () => `{"number":"${digits(random)}"}`, ',')}]}`,
  'a long text': (size) => `{"topic":"${'x'.repeat(size)}","number":"proto"}`,
  'a text of escapes': (size) => `{"topic":"${'\\\\'.repeat(size / 2)}","number":1}`,
  'a text of quotes': (size) => `{"topic":"${'\\"'.repeat(size / 2)}","number":"\\u0041"}`,
  'a text of escaped letters': (size) => `{"topic":"${'\\u0041'.repeat(size / 6)}","number":1}`,
  'a text of brackets': (size) => `{"topic":"${'[{,:'.repeat(size / 4)}","number":1}`,
  'a text that ends nowhere': (size) => `{"topic":"${'\\"'.repeat(size / 2)}`,
  'a long number': (size, random) => `{"number":${filled(size, () => `1${digits(random)}`)}}`,
  'long numbers': (size, random) => `{"a":[${filled(size, () => `1234567${digits(random)}.5`, ',')}]}`,
  'digits in a text': (size, random) => `{"topic":"${filled(size, () => `1234567890123456${digits(random)}`, ' ')}"}`,
  blanks: (size) => `{${' '.repeat(size)}}`,
  commas: (size) => `{"a":[${','.repeat(size)}]}`,
  'any values': (size, random) => `{"a":[${filled(size, () => anyValue(random), ',')}]}`,
  'any marks': (size, random) => `{${filled(size, () => anyMark(random))}`,
};

class Part {
  @IsInt()
  number!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Part)
  part?: Part;
}

class Sample {
  @IsString()
  @MaxLength(20)
  topic!: string;

  @IsInt()
  number!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Part)
  part?: Part;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts?: Part[];
}

@DomainEvent({ type: 'sample_taken', version: '1.0', stream: 'samples' })
class SampleTaken extends Sample {}

/** More than `@Type`: all of it is left to class-transformer. */
@DomainEvent({ type: 'sample_changed', version: '1.0', stream: 'samples' })
class SampleChanged extends Sample {
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => value)
  changed?: unknown;
}

/** Whose code throws, so that it is looked for. */
@DomainEvent({ type: 'sample_spoilt', version: '1.0', stream: 'samples' })
class SampleSpoilt extends Sample {
  @Transform(() => {
    throw new Error('spoilt');
  })
  spoilt!: unknown;

  declare part?: Part;
  constructor() {
    super();
    Object.defineProperty(this, 'topic', {
      enumerable: true,
      set: () => {
        throw new Error('spoilt');
      },
    });
  }
}

function handled(event: EventClass, json: string): void {
  const { data } = decodeToHandle(noteFields({ data: json }), true, NO_LIMITS);
  validate(event, data);
}

/** What looks at a payload, or at its text. */
const LOOKS: Readonly<Record<string, (json: string) => unknown>> = {
  'the limits': (json) => limitBeyond(json, NO_LIMITS),
  'limits that end it': (json) => limitBeyond(json, FEW),
  'decoding without rounding': (json) => decodeToHandle(noteFields({ data: json }), false, NO_LIMITS),
  'the compiled validator': (json) => {
    handled(SampleTaken, json);
  },
  'class-transformer': (json) => {
    handled(SampleChanged, json);
  },
  'the search for what threw': (json) => {
    handled(SampleSpoilt, json);
  },
  'the search for dangerous keys': (json) => dangerousKey(JSON.parse(json) as object, `${json}proto`),
  'what is lost': (json) => lossesOf(json),
  indenting: (json) => indentedJson(json),
  compacting: (json) => compactJson(json),
};

/** Entries by their fields. */
const ENTRIES: Readonly<Record<string, (size: number, random: Random) => string[]>> = {
  'many fields': (size) => fieldsOf(size, (index) => [`field ${String(index)}`, 'value']),
  'the same field': (size) => fieldsOf(size, () => ['field', 'value']),
  'a field of the envelope again and again': (size) => fieldsOf(size, () => ['source', 'value']),
  'many empty fields': (size) => fieldsOf(size, () => ['', '']),
  'a long type': (size) => noteFields({ event_type: 'x'.repeat(size) }),
  'a long id': (size) => noteFields({ event_id: 'x'.repeat(size) }),
  'a long traceparent': (size) => noteFields({ traceparent: '0'.repeat(size) }),
};

function fieldsOf(size: number, field: (index: number) => [string, string]): string[] {
  const fields = noteFields();
  for (let length = 0, index = 0; length < size; index += 1) {
    const [name, value] = field(index);
    fields.push(name, value);
    length += name.length + value.length + 12;
  }
  return fields;
}

/** As Redis sends it, in chunks of a network. */
function chunksOf(fields: readonly (string | Buffer)[], chunkSize: number): Buffer[] {
  const bulk = (field: string | Buffer): Buffer[] => {
    const bytes = Buffer.from(field);
    return [Buffer.from(`$${String(bytes.length)}\r\n`), bytes, Buffer.from('\r\n')];
  };
  const head = Buffer.from(`*1\r\n*2\r\n$5\r\nnotes\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*${String(fields.length)}\r\n`);
  const all = Buffer.concat([head, ...fields.flatMap(bulk)]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < all.length; at += chunkSize) chunks.push(all.subarray(at, at + chunkSize));
  return chunks;
}

/** Microseconds of the processor that it takes, at the best of a few times. */
function costOf(work: () => unknown): number {
  let best = Infinity;
  for (let spent = 0, times = 0; times < 2 || (spent < 10_000 && times < 50); times += 1) {
    const before = process.cpuUsage();
    try {
      work();
    } catch (error) {
      textOf(error);
    }
    const { user, system } = process.cpuUsage(before);
    spent += user + system;
    best = Math.min(best, user + system);
  }
  return best;
}

/** How much more each byte of the large input costs than one of the small input; 0 where it costs nothing that matters. */
function growthOf(run: (size: number) => () => unknown, small = SMALL): number {
  const [few, many] = [run(small), run(small * FACTOR)];
  const cost = costOf(many);
  return cost < QUICK_US ? 0 : cost / FACTOR / Math.max(1, costOf(few));
}

/** A growth that was seen twice: once may be chance. */
function seenTwice(run: (size: number) => () => unknown, small?: number): number {
  const first = growthOf(run, small);
  return first <= MAX_GROWTH ? first : Math.min(first, growthOf(run, small));
}

describe(`processor time for each byte does not grow with the entry (HOSTILE_SEED=${String(SEED)})`, () => {
  it.each(Object.entries(LOOKS))('of a payload: %s', (_, look) => {
    const growths = Object.entries(PAYLOADS).map(([name, make]) => {
      const growth = seenTwice((size) => {
        const json = make(size, randomOf(SEED));
        return () => look(json);
      });
      return [name, growth] as const;
    });
    expect(growths.filter(([, growth]) => growth > MAX_GROWTH)).toEqual([]);
  });

  it.each(Object.entries(ENTRIES))('of an entry: %s', (_, make) => {
    const growth = seenTwice((size) => {
      const fields = make(size, randomOf(SEED));
      return () => decodeToHandle(fields, false, NO_LIMITS);
    });
    expect(growth).toBeLessThanOrEqual(MAX_GROWTH);
  });

  it.each<[string, (size: number) => readonly (string | Buffer)[]]>([
    ...Object.entries(ENTRIES)
      .map(([name, make]) => [name, (size: number) => make(size, randomOf(SEED))] as const)
      .map(([name, make]): [string, (size: number) => string[]] => [name, make]),
    [
      'many fields that are not UTF-8',
      (size) => fieldsOf(size, () => ['a', 'b']).map((field) => Buffer.from(`${field}\xff`, 'latin1')),
    ],
    ['one field that is not UTF-8', (size) => [Buffer.alloc(size, 0xff), Buffer.alloc(size, '\\')]],
  ])('of a reply that comes in chunks: %s', (_, make) => {
    const growth = seenTwice((size) => {
      const chunks = chunksOf(make(size), 4096);
      const parser = new EntriesParser();
      return () => {
        let result;
        for (const chunk of chunks) result = parser.push(chunk);
        expect(result?.get('notes')).toHaveLength(1);
      };
    }, 100_000);
    expect(growth).toBeLessThanOrEqual(MAX_GROWTH);
  });
});
