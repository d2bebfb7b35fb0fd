import { Type } from 'class-transformer';
import { ArrayMaxSize, IsInt, IsOptional, registerDecorator, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { DomainEvent, EventLimitError, EventValidationError } from 'nestjs-event-streams';
import { validate } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import { decodeToHandle } from '../src/decode/decode.js';
import { DEFAULT_PAYLOAD_LIMITS, limitBeyond, type PayloadLimits } from '../src/model/payload-limits.js';
import { checkedJson } from '../src/publish/payload.js';
import { textOf } from '../src/model/thrown.js';
import { noteFields } from './entries.js';

/** What a payload has of what is limited, by its value. */
function sizesOf(value: unknown): Omit<PayloadLimits, 'maxBytes'> {
  const sizes = { maxDepth: 0, maxProperties: 0, maxItems: 0 };
  const visit = (one: unknown, depth: number): void => {
    if (typeof one !== 'object' || one === null) return;
    sizes.maxDepth = Math.max(sizes.maxDepth, depth);
    const children = Object.values(one) as unknown[];
    if (Array.isArray(one)) sizes.maxItems += children.length;
    else sizes.maxProperties += children.length;
    for (const child of children) visit(child, depth + 1);
  };
  visit(value, 1);
  return sizes;
}

/** Whether no limit of the publisher's is in the way. */
function isPublished(data: object, limits: PayloadLimits): boolean {
  try {
    checkedJson('note_taken', data, limits);
    return true;
  } catch (error) {
    return !/\(producer\.max\w+\)/.test((error as Error).message);
  }
}

const payloads = fc.dictionary(
  fc
    .oneof(fc.string(), fc.constantFrom('a[', '{b', ':,:', '"\\"'))
    .filter((key) => !/^(__proto__|constructor|prototype)$/.test(key)),
  fc.oneof(
    fc.jsonValue({ maxDepth: 5 }).filter((value) => !/\d{16}|e\+/.test(JSON.stringify(value))),
    fc.constantFrom<unknown>('[[[{{{', ',,,:::', '\\"[,', [[[[]]], {}, [{}]]),
  ),
  { maxKeys: 6 },
);
const limit = fc.integer({ min: 1, max: 12 });

describe('the limits of a payload', () => {
  it('are found in its text as they are in its value, and the same for publishers', () => {
    fc.assert(
      fc.property(
        payloads,
        limit,
        limit,
        limit,
        fc.boolean(),
        (data, maxDepth, maxProperties, maxItems, isIndented) => {
          const limits = { maxBytes: 1e6, maxDepth, maxProperties, maxItems };
          const parsed = JSON.parse(JSON.stringify(data)) as object;
          const json = JSON.stringify(parsed, undefined, isIndented ? 2 : 0);
          const sizes = sizesOf(parsed);
          const names = ['maxDepth', 'maxProperties', 'maxItems'] as const;
          const beyond = names.filter((name) => sizes[name] > limits[name]);
          const found = limitBeyond(json, limits);
          if (beyond.length === 0) expect(found).toBeUndefined();
          else expect(beyond).toContain(found);

          expect(isPublished(parsed, limits)).toBe(beyond.length === 0);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('hold for bytes, and not for characters', () => {
    const json = JSON.stringify({ a: '€'.repeat(10) });
    const bytes = Buffer.byteLength(json);
    expect(limitBeyond(json, { ...DEFAULT_PAYLOAD_LIMITS, maxBytes: bytes })).toBeUndefined();
    expect(limitBeyond(json, { ...DEFAULT_PAYLOAD_LIMITS, maxBytes: bytes - 1 })).toBe('maxBytes');
  });
});

function refusal(fields: readonly string[], limits: Partial<PayloadLimits> = {}): EventLimitError {
  try {
    decodeToHandle(fields, false, { ...DEFAULT_PAYLOAD_LIMITS, ...limits });
  } catch (error) {
    if (error instanceof EventLimitError) return error;
    throw error;
  }
  return expect.fail('it was taken');
}

describe('an entry beyond a limit', () => {
  // None of them is JSON: what is refused by its limit was not parsed.
  it.each<[string, string, Partial<PayloadLimits>, string]>([
    [
      'maxBytes',
      `{"a":"${'x'.repeat(2 ** 20)}`,
      {},
      'Expected at most 1048576 bytes of data (consumer.maxBytes), got 1048582',
    ],
    [
      'maxDepth',
      '['.repeat(6000),
      {},
      'Expected at most 100 objects and arrays within each other in data (consumer.maxDepth), got at least 101',
    ],
    ['maxDepth', '{"a":'.repeat(4), { maxDepth: 3 }, '(consumer.maxDepth), got at least 4'],
    [
      'maxItems',
      `{"items":[${'{},'.repeat(300_000)}`,
      {},
      'Expected at most 10000 items of all arrays of data together (consumer.maxItems), got at least 10001',
    ],
    [
      'maxProperties',
      `{${'"a":1,'.repeat(90_000)}`,
      {},
      'Expected at most 10000 properties of all objects of data together (consumer.maxProperties), got at least 10001',
    ],
  ])(
    'is refused by its %s before it is parsed, and the error says what was expected, what came and which option',
    (name, data, limits, message) => {
      const error = refusal(noteFields({ data }), limits);
      expect(error.option).toBe(`consumer.${name}`);
      expect(error.message).toContain(message);
    },
  );

  it('is refused for its other fields, too', () => {
    const many = Array.from({ length: 65_000 }, (_, index) => [`field ${String(index)}`, '']).flat();
    expect(refusal([...noteFields(), ...many])).toMatchObject({
      option: 'consumer.maxProperties',
      message: expect.stringContaining('fields of an entry (consumer.maxProperties), got 65006'),
    });
    for (const name of ['correlation_id', 'partition_key', 'event_type', 'event_id', 'anything']) {
      const error = refusal(noteFields({ [name]: 'é'.repeat(2 ** 20) }));
      expect(error.option).toBe('consumer.maxBytes');
      expect(error.message).toMatch(
        /^Expected at most 1048576 bytes of all fields besides data \(consumer\.maxBytes\), got 2\d{6}$/,
      );
    }
    // However small payloads must be, an envelope has room.
    decodeToHandle(noteFields({ data: '{}', anything: 'x'.repeat(60_000) }), false, {
      ...DEFAULT_PAYLOAD_LIMITS,
      maxBytes: 2,
    });
  });
});

let looked = 0;
const isLookedAt = (target: object, propertyName: string): void => {
  registerDecorator({
    target: target.constructor,
    propertyName,
    validator: {
      validate: () => {
        looked += 1;
        return true;
      },
    },
  });
};

class Part {
  constructor() {
    looked += 1;
  }

  @isLookedAt
  @IsInt()
  number!: number;
}

class Whole {
  @ValidateNested({ each: true })
  @Type(() => Part)
  @ArrayMaxSize(50)
  parts!: Part[];
}

@DomainEvent({ type: 'parts_listed', version: '1.0', stream: 'samples' })
class PartsListed {
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Part)
  @ArrayMaxSize(50, { message: 'no more than $constraint1 of $property' })
  parts?: Part[];

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Whole)
  wholes?: Whole[];

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Part)
  any?: Part[];
}

function problemsOf(data: object): EventValidationError {
  try {
    validate(PartsListed, data);
  } catch (error) {
    if (error instanceof EventValidationError) return error;
    throw error;
  }
  return expect.fail('it is valid');
}

describe('a payload that is not valid', () => {
  const parts = Array.from({ length: 2000 }, () => ({ number: 1 }));

  it('has the length of its arrays looked at before their items, which are not even made', () => {
    validate(PartsListed, { parts: parts.slice(0, 50), wholes: [{ parts: [] }] });
    looked = 0;
    expect(problemsOf({ parts }).problems).toEqual([{ path: 'parts', message: 'no more than 50 of parts' }]);
    expect(looked).toBe(0);
    const error = problemsOf({ wholes: [{ parts: [] }, { parts }] });
    expect(error.problems).toEqual([
      { path: 'wholes.1.parts', message: 'wholes.1.parts must contain no more than 50 elements' },
    ]);
    expect(looked).toBe(0);
  });

  it('is told by its first problems and their number, in few characters', () => {
    const error = problemsOf({ any: Array.from({ length: 9000 }, () => ({})) });
    expect(error.problems).toHaveLength(20);
    expect(error.problems[0]).toEqual({ path: 'any.0.number', message: 'any.0.number must be an integer number' });
    expect(error.message).toMatch(/; and 8980 more problems$/);
    expect(error.message.length).toBeLessThanOrEqual(4000);
    const { message, stack } = textOf(error);
    expect([message.length <= 4000, stack.length <= 8000]).toEqual([true, true]);
  });

  it('is told in few characters whatever its names are', () => {
    const long = 'x'.repeat(100_000);
    const error = new EventValidationError(
      'parts_listed',
      Array.from({ length: 30 }, () => ({ path: long, message: long })),
    );
    expect(error.message.length).toBeLessThanOrEqual(4000);
    for (const { path, message } of error.problems) expect(path.length + message.length).toBeLessThanOrEqual(1000);
  });
});

describe('an error about an entry', () => {
  it.each<[string, readonly string[]]>([
    ['a long type', noteFields({ event_type: 'x'.repeat(500_000) })],
    ['a long dangerous path', noteFields({ data: `{"${'x'.repeat(500_000)}":{"__proto__":1}}` })],
    ['an unsafe integer at a long path', noteFields({ data: `{"${'x'.repeat(500_000)}":12345678901234567890}` })],
    ['no JSON', noteFields({ data: 'x'.repeat(500_000) })],
    ['no object', noteFields({ data: `"${'x'.repeat(500_000)}"` })],
    ['a long id', noteFields({ event_id: 'x'.repeat(500_000) })],
  ])('of %s is short', (_, fields) => {
    try {
      decodeToHandle(fields);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(1000);
    }
  });
});
