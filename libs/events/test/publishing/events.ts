import { Exclude, Expose, Transform, Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsDate,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
  registerDecorator,
  ValidateNested,
} from 'class-validator';
import fc from 'fast-check';
import { DomainEvent, type EventClass } from 'nestjs-event-streams';
import type { PublishOptions } from '../../src/model/event-to-publish.js';
import { anything } from '../validation/values.js';

/** What `key()` of the events below does next. */
export const nextKey = { give: (): unknown => 'key' };

const about = (type: string) => ({
  type,
  version: '1.0',
  stream: 'samples',
  key: () => nextKey.give() as string,
});

/** A class with a constructor that needs to be given something. */
export class Needy {
  readonly length: number;
  constructor(text: string) {
    this.length = text.length;
  }
}

@DomainEvent(about('anything_said'))
export class AnythingSaid {
  @Allow()
  value?: unknown;
}

class Line {
  @IsString()
  @MaxLength(20)
  text!: string;

  @IsOptional()
  @IsInt()
  count?: number;
}

@DomainEvent(about('lines_written'))
export class LinesWritten {
  @IsOptional()
  @IsString()
  value?: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];
}

@DomainEvent(about('dates_given'))
export class DatesGiven {
  @IsOptional()
  @IsDate()
  value?: Date;

  @IsOptional()
  @IsDate()
  @Type(() => Date)
  typed?: Date;
}

@DomainEvent(about('secrets_kept'))
export class SecretsKept {
  @Allow()
  value?: unknown;

  @Exclude()
  @IsOptional()
  secret?: unknown;

  @Expose({ name: 'otherName' })
  @IsOptional()
  @IsInt()
  other?: number;
}

@DomainEvent(about('values_transformed'))
export class ValuesTransformed {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsOptional()
  @IsString()
  value?: unknown;
}

@DomainEvent(about('needy_made'))
export class NeedyMade {
  @IsOptional()
  @ValidateNested()
  @Type(() => Needy)
  value?: unknown;
}

const throwsOnThree = (target: object, propertyName: string): void => {
  registerDecorator({
    target: target.constructor,
    propertyName,
    name: 'isNotThree',
    validator: {
      validate: (value) => {
        if (value === 3) throw new RangeError('three');
        return value !== 4;
      },
      defaultMessage: () => '$property must not be 4',
    },
  });
};

@DomainEvent(about('numbers_counted'))
export class NumbersCounted {
  @throwsOnThree
  value?: unknown;
}

export const EVENTS: readonly EventClass[] = [
  AnythingSaid,
  LinesWritten,
  DatesGiven,
  SecretsKept,
  ValuesTransformed,
  NeedyMade,
  NumbersCounted,
];

/** Somebody's own class with something that JSON does not have. */
export class Money {
  constructor(
    readonly amount: number,
    private readonly answer: () => unknown = () => amount,
  ) {}
  toJSON(): unknown {
    return this.answer();
  }
}

class Private {
  #hidden = 1;
  read(): number {
    return this.#hidden;
  }
}

const thrower = (thrown: unknown) => () => {
  throw thrown;
};

/** What a publisher may hand over by mistake, made anew each time. */
const MISTAKES: readonly (() => unknown)[] = [
  () => new Money(3),
  () => new Money(3, () => undefined),
  () => new Money(3, () => ({ a: new Date(0), b: [undefined] })),
  () => new Money(3, () => new Money(4)),
  () => new Money(3, thrower(new Error('no money'))),
  () => new Money(3, thrower(null)),
  () => new Money(3, thrower(Object.create(null))),
  () => new Private(),
  () => new Needy('text'),
  () => new URL('http://example.com/a'),
  () => new Error('lost'),
  () => new DataView(new ArrayBuffer(2)),
  () => new ArrayBuffer(2),
  () => ({ deep: { a: undefined, b: [-0, new Date(1)] } }),
  () => ({ toJSON: () => 'text' }),
  () => ({ toJSON: 1 }),
  () => new Proxy({}, { get: thrower(new TypeError('a proxy')) }),
  () => new Proxy({}, { ownKeys: thrower('a proxy') }),
  () => Object.assign([1, 2], { more: 3 }),
  () => ({ ['x'.repeat(300)]: 1 }),
  () => 'x'.repeat(5000),
  () => ' padded ',
  () => 3,
  () => 4,
];

const value = fc.oneof(
  { weight: 2, arbitrary: anything },
  fc.constantFrom(...MISTAKES).map((make) => make()),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
  fc.date(),
  fc.integer(),
);

const lines = fc.array(
  fc.record({ text: fc.string({ maxLength: 22 }), count: fc.oneof(fc.nat(), value) }, { requiredKeys: ['text'] }),
  { maxLength: 3 },
);

/** Payloads, most of which can be published. */
export const payloads: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record(
      {
        value: fc.oneof({ weight: 3, arbitrary: fc.oneof(fc.string(), fc.constant(undefined)) }, value),
        lines: fc.oneof({ weight: 9, arbitrary: lines }, value),
        typed: fc.oneof({ weight: 9, arbitrary: fc.date({ noInvalidDate: true }) }, fc.date().map(String), value),
        otherName: fc.oneof({ weight: 9, arbitrary: fc.integer() }, value),
        secret: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, value),
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 2, arbitrary: fc.dictionary(fc.string({ unit: 'binary' }), value, { maxKeys: 4 }) },
  value,
);

const visible = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '-', '_', ':', '~', '!'),
  minLength: 1,
  maxLength: 256,
});
const wrongText = fc.constantFrom<unknown>(
  ...[
    '',
    'é',
    ' ',
    'a b',
    '\u0000',
    'a\n',
    '\ud800',
    '\udc00a',
    '😀',
    'x'.repeat(257),
    'x'.repeat(1025),
    'x'.repeat(100_000),
  ],
  ...[null, 0, 17, true, NaN, 1n, Symbol('id'), {}, [], ['a'], new Date(0), () => 'a', Object.create(null)],
  new String('boxed'),
  new Proxy({}, { get: thrower(new Error('a proxy')) }),
);

const hex = (length: number) =>
  fc.uint8Array({ minLength: length / 2, maxLength: length / 2 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const traceparent = fc
  .tuple(fc.constantFrom('00', '00', '01', 'ff'), hex(32), hex(16), hex(2), fc.constantFrom('', '', '', '-more', '-é'))
  .map(([version, trace, span, flags, more]) => `${version}-${trace}-${span}-${flags}${more}`);

/** Each option mostly right, or not there; `any` stands for its type, which a caller in JavaScript does not know. */
export const options: fc.Arbitrary<PublishOptions> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record(
      {
        eventId: mostly(fc.oneof(fc.uuid(), visible)),
        timestamp: mostly(
          fc.oneof({ weight: 9, arbitrary: fc.date({ min: new Date(0), noInvalidDate: true }) }, fc.date()),
        ),
        correlationId: mostly(visible),
        causationId: mostly(visible),
        traceparent: mostly(traceparent),
        tracestate: mostly(fc.string({ minLength: 1, maxLength: 512 })),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<PublishOptions>,
  },
  fc.constantFrom(null, 'text', 7, undefined) as fc.Arbitrary<never>,
);

/** What `key()` does. */
export const keys: fc.Arbitrary<() => unknown> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).map((key) => () => key),
  },
  { weight: 2, arbitrary: wrongText.map((wrong) => () => wrong) },
  fc.constantFrom(
    thrower(new Error('no key')),
    thrower(undefined),
    () => Promise.reject(new Error('late')),
    () => undefined,
  ),
);

/** Idempotency keys. */
export const idempotencyKeys: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.string({ minLength: 1 }) },
  wrongText as fc.Arbitrary<string>,
);

function mostly(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: right }, { weight: 9, arbitrary: fc.constant(undefined) }, wrongText);
}
