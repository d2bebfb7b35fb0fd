import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { Transform, Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, IsString, Min, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import {
  ConfigurationError,
  DomainEvent,
  EventEnvelopeError,
  EventPayloadError,
  EventValidationError,
  type EventClass,
  type EventEnvelope,
} from 'nestjs-event-streams';
import { validate } from 'nestjs-event-streams/internal';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeToHandle } from '../src/decode/decode.js';
import { encode } from '../src/publish/encode.js';
import type { PublishOptions } from '../src/model/event-to-publish.js';
import { newEnvelope } from '../src/publish/new-envelope.js';
import { fieldsOf } from '../src/stream/entries/layouts.js';
import { namesAField } from './publishing/errors.js';
import {
  AnythingSaid,
  DatesGiven,
  EVENTS,
  keys,
  LinesWritten,
  Money,
  NeedyMade,
  nextKey,
  NumbersCounted,
  options,
  payloads,
  SecretsKept,
  ValuesTransformed,
} from './publishing/events.js';

/** Few enough of everything that some payloads are beyond each of them. */
const LIMITS = { maxBytes: 4000, maxDepth: 5, maxProperties: 12, maxItems: 8 };
const RUNS = Number(process.env['PUBLISHING_RUNS'] ?? 10_000);

/** What Redis makes of a text: bytes, and text again. */
const throughRedis = (text: string): string => Buffer.from(text).toString();

describe('what a publisher accepts', () => {
  it(`is what a reader accepts, with the same content, and everything else is refused by name, in ${String(RUNS)} cases`, () => {
    let accepted = 0;
    const refusals = new Set<string | undefined>();
    fc.assert(
      fc.property(fc.constantFrom(...EVENTS), payloads, options, keys, (event, data, said, key) => {
        nextKey.give = key;
        let envelope: EventEnvelope<object>;
        let fields: string[];
        try {
          envelope = newEnvelope(event, data as object, 'tester', LIMITS, said);
          fields = fieldsOf(encode(envelope, LIMITS)).map(throughRedis);
        } catch (error) {
          if (!namesAField(error)) throw error;
          refusals.add(/\((producer\.\w+)\)/.exec((error as Error).message)?.[1]);
          return;
        }
        accepted += 1;
        const read = decodeToHandle(fields, false, LIMITS);
        const expected = expectedOf(envelope, said, key(), JSON.parse(JSON.stringify(data)) as object);
        if (!isDeepStrictEqual(read, expected)) expect(read).toEqual(expected);
        validate(event, read.data);
      }),
      { numRuns: RUNS },
    );
    // A test that refuses nearly everything shows nothing.
    expect(accepted).toBeGreaterThan(RUNS / 10);
    const limits = Object.keys(LIMITS).map((name) => `producer.${name}`);
    expect([...refusals]).toEqual(expect.arrayContaining(limits));
  });
});

/** What was asked for, in an envelope's words. */
function expectedOf(
  { event_id, event_type, timestamp, version, source }: EventEnvelope<object>,
  said: PublishOptions = {},
  key: unknown,
  data: object,
) {
  const asked = {
    event_id: said.eventId ?? event_id,
    event_type,
    timestamp: said.timestamp?.toISOString() ?? timestamp,
    version,
    source,
    data,
    correlation_id: said.correlationId,
    causation_id: said.causationId,
    traceparent: said.traceparent,
    tracestate: said.tracestate,
    partition_key: key,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** What comes of publishing: the envelope as its reader gets it. */
function publish(event: EventClass, data: unknown, said?: unknown): EventEnvelope<object> {
  const envelope = newEnvelope(event, data as object, 'tester', LIMITS, said as PublishOptions);
  return decodeToHandle(fieldsOf(encode(envelope, LIMITS)));
}

function refusal(event: EventClass, data: unknown, said?: unknown): Error {
  try {
    publish(event, data, said);
  } catch (error) {
    return error as Error;
  }
  return expect.fail('it was published');
}

const throwing = (): never => {
  throw new RangeError('boom');
};

describe('a payload', () => {
  beforeEach(() => {
    nextKey.give = () => 'key';
  });

  class Hidden {
    #amount = 1;
    get amount(): number {
      return this.#amount;
    }
  }
  class Sent extends AnythingSaid {}

  it.each<[string, unknown, string]>([
    ['a Buffer', Buffer.from('a'), 'a Buffer'],
    ['a typed array', new Uint8Array(2), 'a Uint8Array'],
    ['a URL', new URL('http://example.com'), 'a URL'],
    ['a Map', new Map([['a', 1]]), 'a Map'],
    ['a Set', new Set(['a']), 'a Set'],
    ['a class with private fields', new Hidden(), 'a Hidden'],
    ['a module', Object.assign(Object.create(null) as object, { [Symbol.toStringTag]: 'Module' }), 'an object'],
    ['toJSON() that gives nothing', new Money(1, () => undefined), 'undefined'],
    ['toJSON() that gives a Date', new Money(1, () => new Date(0)), 'a Date'],
    ['an invalid Date', new Date(NaN), 'an invalid one'],
    ['an invalid Date of another realm', runInNewContext('new Date(NaN)'), 'an invalid one'],
    ['toJSON() that gives NaN', new Money(1, () => NaN), 'NaN'],
    ['toJSON() that throws', new Money(1, throwing), 'toJSON() of a Money threw RangeError: boom'],
    ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: throwing }), 'RangeError: boom'],
    ['a proxy that throws', new Proxy({}, { getPrototypeOf: throwing }), 'reading it threw RangeError: boom'],
  ])('with %s is refused by name', (_what, value, got) => {
    for (const [data, path] of [
      [{ value }, 'value'],
      [{ deep: { list: [0, { value }] } }, 'deep.list.1.value'],
    ] as const) {
      const error = refusal(AnythingSaid, data);
      expect(error).toBeInstanceOf(EventPayloadError);
      expect((error as EventPayloadError).path).toContain(path);
      expect(error.message).toContain(got);
      if (got.endsWith('boom')) expect(error.cause).toBeInstanceOf(RangeError);
    }
  });

  it.each([null, undefined, 'text', 7, [], new Date(0), new Map(), Buffer.from('a'), new Money(3), () => 1])(
    'that is no object is refused: %o',
    (data) => {
      expect(refusal(AnythingSaid, data)).toBeInstanceOf(EventPayloadError);
    },
  );

  it('may be an instance of its class, of another one, or hold some, whatever their constructors need', () => {
    class Part {
      constructor(readonly of: { length: number }) {
        if (of.length === 0) throw new Error('Nothing to be part of');
      }
    }
    for (const data of [Object.assign(new AnythingSaid(), { value: 'a' }), Object.assign(new Sent(), { value: 'a' })]) {
      expect(publish(AnythingSaid, data).data).toEqual({ value: 'a' });
    }
    expect(publish(AnythingSaid, { value: new Part('whole') as unknown }).data).toEqual({ value: { of: 'whole' } });
    expect(publish(AnythingSaid, new AnythingSaid()).data).toEqual({});
  });

  it('asks a toJSON() once, by the name of its property, and what it says is what is validated', () => {
    const answer = vi.fn(() => '3.00');
    const toJSON = vi.fn(answer);
    expect(publish(ValuesTransformed, { value: { toJSON } }).data).toEqual({ value: '3.00' });
    expect(toJSON.mock.calls).toEqual([['value']]);
    const error = refusal(ValuesTransformed, { value: new Money(3) });
    expect(error).toMatchObject({ problems: [{ path: 'value', message: 'value must be a string' }] });
  });

  /** Answers each time it is asked with the next one. */
  const changing = (key: string, answers: readonly unknown[], more: object = {}) => {
    let asked = 0;
    const get = (): unknown => answers[Math.min(asked++, answers.length - 1)];
    return { data: Object.defineProperty({ ...more }, key, { enumerable: true, get }), asked: () => asked };
  };

  it.each([0, 1, 2, 3])(
    'with a getter that gives a text %d times, and then a number, is validated as it is sent',
    (times) => {
      const texts = Array.from({ length: times }, () => 'text');
      const line = changing('text', [...texts, 7]);
      // The second one needs a closer look at it, since it has what JSON leaves out.
      for (const more of [{}, { value: undefined }]) {
        for (const { data } of [
          changing('value', [...texts, 7], { lines: [] }),
          { data: { lines: [line.data], ...more } },
        ]) {
          let read: EventEnvelope<object>;
          try {
            read = publish(LinesWritten, data);
          } catch (error) {
            expect(error).toBeInstanceOf(EventValidationError);
            continue;
          }
          expect(() => validate(LinesWritten, read.data)).not.toThrow();
        }
      }
    },
  );

  it('is asked for each property once, and what it says then is what travels', () => {
    const { data, asked } = changing('value', ['text', 7], { lines: [] });
    expect(publish(LinesWritten, data).data).toEqual({ lines: [], value: 'text' });
    expect(asked()).toBe(1);
    const got: string[] = [];
    const proxy = new Proxy({ lines: [{ text: 'a' }] }, { get: (target, key) => (got.push(String(key)), Reflect.get(target, key) as unknown) }); // prettier-ignore
    expect(publish(LinesWritten, proxy).data).toEqual({ lines: [{ text: 'a' }] });
    expect(got.filter((key) => key === 'lines')).toEqual(['lines']);
    const { data: counting } = changing('value', [1, 2, 3, 4, 5, 6]);
    expect(publish(AnythingSaid, counting).data).toEqual({ value: 1 });
    const toJSON = changing('toJSON', [() => 'a', () => 'b', undefined], { more: 1 });
    expect(Object.values(publish(AnythingSaid, { value: toJSON.data }).data)[0]).toMatch(/^[ab]$/);
  });

  it('of a class with private fields beside others is validated as its readers make it of these', () => {
    @DomainEvent({ type: 'price_set', version: '1.0', stream: 'samples' })
    class PriceSet {
      #cents = 0;
      @IsString()
      currency!: string;
      @IsInt()
      @Min(1)
      get cents(): number {
        return this.#cents;
      }
      set cents(cents: number) {
        this.#cents = cents;
      }
    }
    // JSON does not have them: readers would find 0.
    const price = Object.assign(new PriceSet(), { currency: 'EUR', cents: 5 });
    expect(refusal(PriceSet, price)).toMatchObject({ problems: [{ path: 'cents' }] });
    const read = publish(PriceSet, { currency: 'EUR', cents: 5 });
    expect(validate(PriceSet, read.data).cents).toBe(5);

    class Amount {
      #cents = 5;
      currency = 'EUR';
      rounded(): number {
        return Math.round(this.#cents / 100);
      }
    }
    expect(publish(AnythingSaid, { value: new Amount() }).data).toEqual({ value: { currency: 'EUR' } });
  });

  it('may have a toJSON() that gives what it is asked of', () => {
    class Itself {
      constructor(readonly amount: number) {}
      toJSON(): this {
        return this;
      }
    }
    const own = { amount: 3, toJSON: () => own };
    let asked = 0;
    const hidden = Object.defineProperty({ amount: 3 }, 'toJSON', {
      value(this: object) {
        asked += 1;
        return asked === 1 ? this : { amount: 'four' };
      },
    });
    for (const value of [new Itself(3), own, hidden]) {
      expect(publish(AnythingSaid, { value }).data).toEqual({ value: { amount: 3 } });
      expect(publish(AnythingSaid, { deep: [value] }).data).toMatchObject({
        deep: [{ amount: expect.anything() as unknown }],
      });
    }
  });

  it.each(['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'toLocaleString', '__defineGetter__'])(
    'with a property called %s is refused, by readers, too: class-transformer would leave it out',
    (name) => {
      for (const event of [AnythingSaid, LinesWritten, SecretsKept, ValuesTransformed]) {
        for (const [data, path] of [
          [{ lines: [], [name]: 1 }, name],
          [{ lines: [], deep: [{ [name]: 'a' }] }, `deep.0.${name}`],
        ] as const) {
          const refused = {
            name: 'EventValidationError',
            problems: [{ path, message: expect.stringContaining(name) }],
          };
          expect(refusal(event, data)).toMatchObject(refused);
          expect(() => validate(event, JSON.parse(JSON.stringify(data)))).toThrow(expect.objectContaining(refused));
        }
      }
    },
  );

  it('with a property that has the name of a method of its class is refused, by readers, too', () => {
    @DomainEvent({ type: 'sum_made', version: '1.0', stream: 'samples' })
    class SumMade {
      @IsInt()
      one!: number;
      sum(): number {
        return this.one;
      }
    }
    const data = { one: 1, sum: 2 } as unknown as SumMade;
    expect(refusal(SumMade, data)).toMatchObject({ problems: [{ path: 'sum' }] });
    expect(() => validate(SumMade, { one: 1, sum: 2 })).toThrow(EventValidationError);
    expect(publish(SumMade, Object.assign(new SumMade(), { one: 1 })).data).toEqual({ one: 1 });
  });

  it('with a Date is refused where its readers refuse the text', () => {
    const at = new Date(5);
    expect(refusal(DatesGiven, { value: at })).toMatchObject({ problems: [{ path: 'value' }] });
    expect(publish(DatesGiven, { typed: at }).data).toEqual({ typed: at.toISOString() });
  });

  it('is refused when its class keeps a part of it from readers', () => {
    const error = refusal(SecretsKept, { value: 1, secret: 'password' });
    expect(error).toBeInstanceOf(EventPayloadError);
    expect(error).toMatchObject({ path: 'secret' });
    expect(publish(SecretsKept, { value: 1, secret: undefined }).data).toEqual({ value: 1 });
    expect(publish(SecretsKept, { otherName: 1 }).data).toEqual({ otherName: 1 });
  });

  it('is refused when a constructor or a validator of its class throws, and that is named', () => {
    expect(refusal(NeedyMade, { value: {} })).toMatchObject({
      name: 'EventValidationError',
      problems: [{ path: 'value', message: expect.stringContaining('threw TypeError') }],
      cause: expect.any(TypeError),
    });
    expect(refusal(NumbersCounted, { value: 3 })).toMatchObject({
      name: 'EventValidationError',
      problems: [{ path: 'value', message: 'value: the validator isNotThree threw RangeError: three' }],
      cause: expect.any(RangeError),
    });
    class CircleDrawn {
      @IsInt()
      radius: number;
      constructor(of: { radius: number }) {
        this.radius = of.radius;
      }
    }
    const Circle = CircleDrawn as unknown as EventClass;
    DomainEvent({ type: 'circle_drawn', version: '1.0', stream: 'samples' })(Circle);
    expect(refusal(Circle, { radius: 1 })).toMatchObject({
      name: 'EventValidationError',
      problems: [{ path: '', message: expect.stringMatching(/^the constructor of CircleDrawn threw TypeError/) }],
    });
  });

  it('keeps its discriminators', () => {
    class Shape {
      @IsString()
      name!: string;
    }
    class Square extends Shape {
      @IsInt()
      side!: number;
    }
    @DomainEvent({ type: 'shape_drawn', version: '1.0', stream: 'samples' })
    class ShapeDrawn {
      @ValidateNested()
      @Type(() => Shape, { discriminator: { property: 'kind', subTypes: [{ value: Square, name: 'square' }] } })
      shape!: Shape;
    }
    const data = { shape: { kind: 'square', name: 'a', side: 1 } };
    const read = publish(ShapeDrawn, data);
    expect(read.data).toEqual({ shape: { kind: 'square', name: 'a', side: 1 } });
    expect(data.shape.kind).toBe('square');
    expect(validate(ShapeDrawn, read.data).shape).toBeInstanceOf(Square);
  });
});

describe('what is said of an event besides its payload', () => {
  beforeEach(() => {
    nextKey.give = () => 'key';
  });

  const wrong = [null, 0, 17, true, {}, [], new Date(0), '', 'é', 'a b', 'a\n', '\u0000', '\ud800', 'x'.repeat(257)];
  const named = (field: string, values: readonly unknown[]) => values.map((value) => [field, value] as const);

  it.each([
    ...named('eventId', wrong),
    ...named('correlationId', wrong),
    ...named('causationId', wrong),
    ...named('traceparent', [...wrong, 'orders', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`]),
    ...named('tracestate', [null, 1, {}, '', 'é', 'a\n', '\ud800', 'x'.repeat(513)]),
    ...named('timestamp', [null, 0, '2026-01-01', {}, new Date(NaN), new Date(8.64e15), new Date('-000001-01-01')]),
  ])('is refused by name: %s of %o', (field, value) => {
    const error = refusal(AnythingSaid, {}, { [field]: value });
    expect(error).toBeInstanceOf(EventEnvelopeError);
    expect(error).toMatchObject({ field, eventType: 'anything_said' });
    expect(error.message).toMatch(new RegExp(`^anything_said cannot be published: ${field}: expected `));
  });

  it.each([null, 'an id', 7])('is refused when it is no object: %o', (said) => {
    expect(refusal(AnythingSaid, {}, said)).toMatchObject({ name: 'EventEnvelopeError', field: 'options' });
  });

  it.each([
    [{ correlationID: 'c' }, 'there is no option correlationID. Did you mean correlationId?'],
    [{ eventId: 'e', idempotencykey: 'k' }, 'there is no option idempotencykey. Did you mean idempotencyKey?'],
    [{ delayMs: undefined }, 'there is no option delayMs. The options are eventId, timestamp, '],
    [{ ['x'.repeat(1e6)]: 1 }, 'x… (1000000 characters). The options are eventId, '],
  ])('is refused when there is no such option, with the nearest name: %o', (said, message) => {
    const error = refusal(AnythingSaid, {}, said);
    expect(error).toMatchObject({ name: 'EventEnvelopeError', field: 'options', eventType: 'anything_said' });
    expect(error.message).toContain(message);
  });

  it.each(['eventId', 'idempotencyKey'])('has no %s where a transaction publishes', (name) => {
    const inherited = {
      eventId: 'a',
      correlationId: 'b',
      causationId: 'c',
      traceparent: undefined,
      tracestate: undefined,
    };
    const make = () => newEnvelope(AnythingSaid, {}, 'tester', LIMITS, { [name]: 'given' }, inherited);
    expect(make).toThrow(`options: there is no option ${name}`);
  });

  it('may have what its prototype has besides', () => {
    const said = Object.create({ requestId: '1' }, { eventId: { value: 'e', enumerable: true } }) as object;
    expect(publish(AnythingSaid, {}, said)).toMatchObject({ event_id: 'e' });
  });

  it('is refused when it cannot be read', () => {
    const getter = Object.defineProperty({}, 'eventId', { get: throwing });
    for (const said of [getter, new Proxy({}, { get: throwing }), new Proxy({}, { ownKeys: throwing })]) {
      expect(refusal(AnythingSaid, {}, said)).toMatchObject({
        name: 'EventEnvelopeError',
        field: 'options',
        message: expect.stringContaining('reading them threw RangeError: boom'),
        cause: expect.any(RangeError),
      });
    }
  });

  it('may be anything that its fields hold', () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`;
    const said = {
      eventId: 'order:17',
      correlationId: 'x'.repeat(256),
      causationId: '!',
      traceparent,
      tracestate: 'a=1 ,b',
    };
    expect(publish(AnythingSaid, {}, { ...said, timestamp: new Date('0001-02-03T04:05:06Z') })).toMatchObject({
      event_id: 'order:17',
      correlation_id: said.correlationId,
      timestamp: '0001-02-03T04:05:06.000Z',
      traceparent,
      tracestate: 'a=1 ,b',
    });
  });
});

describe('key()', () => {
  it.each([true, null, undefined, 7, 1n, {}, [], '', '\ud800', 'a\udc00', 'x'.repeat(1025), Symbol('a'), () => 'a'])(
    'is refused when it gives %o',
    (given) => {
      nextKey.give = () => given;
      const error = refusal(AnythingSaid, {});
      expect(error).toBeInstanceOf(EventEnvelopeError);
      expect(error).toMatchObject({
        field: 'key',
        message: expect.stringContaining('expected key() of its class to give'),
      });
    },
  );

  it('is refused when it throws, or gives a promise, which may fail', () => {
    nextKey.give = throwing;
    expect(refusal(AnythingSaid, {})).toMatchObject({
      field: 'key',
      message: expect.stringContaining('key() of its class threw RangeError: boom'),
      cause: expect.any(RangeError),
    });
    nextKey.give = () => Promise.reject(new Error('late'));
    expect(refusal(AnythingSaid, {})).toMatchObject({
      field: 'key',
      message: expect.stringContaining('got a promise'),
    });
  });

  it.each(['é', 'a b', '😀', '\u0000', 'x'.repeat(1024)])('may give any other text: %j', (key) => {
    nextKey.give = () => key;
    expect(publish(AnythingSaid, {}).partition_key).toBe(key);
  });

  it('gives what readers find in the payload, whatever a @Transform makes of it', () => {
    @DomainEvent({ type: 'name_given', version: '1.0', stream: 'samples', key: ({ name }: NameGiven) => name })
    class NameGiven {
      @Transform(({ value }: { value: unknown }) => String(value).toLowerCase())
      @IsString()
      name!: string;
    }
    expect(publish(NameGiven, { name: 'ada' })).toMatchObject({ partition_key: 'ada', data: { name: 'ada' } });
    expect(refusal(NameGiven, { name: 'Ada' })).toMatchObject({ name: 'EventEnvelopeError', field: 'key' });

    @DomainEvent({
      type: 'day_begun',
      version: '1.0',
      stream: 'samples',
      key: ({ at }: DayBegun) => String(at.getUTCDay()),
    })
    class DayBegun {
      @Transform(({ value }: { value: unknown }) => new Date(value as string))
      @IsDate()
      at!: Date;

      @IsOptional()
      more?: unknown;
    }
    expect(publish(DayBegun, { at: new Date(0) }).partition_key).toBe('4');
  });

  it('has to be a function', () => {
    expect(() => {
      DomainEvent({ type: 'name_given', version: '1.0', stream: 'samples', key: 'name' as never })(AnythingSaid);
    }).toThrow(ConfigurationError);
  });

  it.each([undefined, null, 'text', {}])('needs an event class, which %o is not', (event) => {
    expect(refusal(event as never, {})).toBeInstanceOf(ConfigurationError);
  });
});
