import { IsString } from 'class-validator';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { domainEventOf, type EventClass } from '../src/model/domain-event.js';
import { ConfigurationError } from '../src/model/errors/configuration.js';
import { EventValidationError } from '../src/model/errors/event.js';
import { DEFAULT_PAYLOAD_LIMITS } from '../src/model/payload-limits.js';
import type { StandardSchema } from '../src/model/standard-schema.js';
import { DomainEvent } from '../src/model/domain-event.js';
import { Personal, personalPlanOf } from '../src/personal/personal-plan.js';
import { newEnvelope } from '../src/publish/new-envelope.js';
import { validate, validateCompiled } from '../src/validate/validate.js';

/** An event class with a schema. */
function eventWith(schema: unknown, key?: (data: { topic: string }) => string): EventClass {
  class NoteTaken {
    topic?: string;
  }
  const about = { type: 'note_taken', version: '1.0', stream: 'notes', schema: schema as StandardSchema<object> };
  DomainEvent({ ...about, ...(key && { key: key as (data: object) => string }) })(NoteTaken);
  return NoteTaken;
}

function answering(validate: (value: unknown) => unknown): unknown {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

function problemsOf(target: EventClass, data: unknown) {
  try {
    validate(target, data);
  } catch (error) {
    expect(error).toBeInstanceOf(EventValidationError);
    return (error as EventValidationError).problems;
  }
  throw new Error('Expected the payload to be refused');
}

const SCHEMAS: readonly [string, StandardSchema][] = [
  ['Zod', z.object({ topic: z.string(), pages: z.array(z.object({ number: z.int() })) })],
  ['Valibot', v.object({ topic: v.string(), pages: v.array(v.object({ number: v.pipe(v.number(), v.integer()) })) })],
];

describe.each(SCHEMAS)('a schema of %s', (_, schema) => {
  const NoteTaken = eventWith(schema);
  const note = { topic: 'a', pages: [{ number: 1 }] };

  it('takes what it allows, and tells with its path what it does not', () => {
    expect(validate(NoteTaken, note)).toEqual(note);
    expect(validateCompiled(NoteTaken, { topic: 'a' })).toBeUndefined();
    const problems = problemsOf(NoteTaken, { topic: 7, pages: [{ number: 1 }, { number: 'x' }] });
    expect(problems.map(({ path }) => path)).toEqual(['topic', 'pages.1.number']);
    expect(problems[1]?.message).toMatch(/^pages\.1\.number: Invalid/);
    expect(problemsOf(NoteTaken, null)).toMatchObject([{ path: '' }]);
  });

  it('is asked when an event is published, too', () => {
    const publish = (data: object) => newEnvelope(NoteTaken, data, 'tester', DEFAULT_PAYLOAD_LIMITS);
    expect(publish(note).data).toEqual(note);
    expect(() => publish({ topic: 'a', pages: [{ number: 1.5 }] })).toThrow(EventValidationError);
  });
});

describe('what a schema makes of a payload', () => {
  const schema = z.object({ topic: z.string(), at: z.coerce.date(), size: z.number().default(1) });

  it('is what handlers get; what is published is what was given, as JSON has it', () => {
    const NoteTaken = eventWith(schema);
    const at = new Date(0);
    const given = { topic: 'a', at };
    const { data } = newEnvelope(NoteTaken, given, 'tester', DEFAULT_PAYLOAD_LIMITS);
    expect(data).toEqual({ topic: 'a', at: at.toISOString() });
    expect(validate(NoteTaken, data)).toEqual({ topic: 'a', at, size: 1 });
  });

  it('has the same partition key as what travels', () => {
    const lower = z.object({ topic: z.string().toLowerCase() });
    const publish = (topic: string) =>
      newEnvelope(
        eventWith(lower, (note) => note.topic),
        { topic },
        'tester',
        DEFAULT_PAYLOAD_LIMITS,
      );
    expect(publish('a').partition_key).toBe('a');
    expect(() => publish('A')).toThrow(/expected key\(\) to give the same/);
  });

  it('must be an object', () => {
    expect(problemsOf(eventWith(z.object({}).transform(String)), {})[0]?.message).toContain('make an object');
  });
});

describe('a schema that cannot be used', () => {
  it.each([['a text'], [{}], [{ '~standard': { version: 2, validate: () => ({ value: {} }) } }], [null]])(
    'is refused where the class is defined: %j',
    (schema) => {
      expect(() => eventWith(schema)).toThrow(/expected schema as one of Standard Schema/);
    },
  );

  it('that is asynchronous refuses each payload, and a rejection ends no process', () => {
    const rejected = eventWith(answering(() => Promise.reject(new Error('no'))));
    expect(problemsOf(rejected, {})[0]?.message).toContain('asynchronous');
    const refined = z.object({ topic: z.string().refine(async () => Promise.resolve(true)) });
    expect(problemsOf(eventWith(refined), { topic: 'a' })[0]?.message).toContain('asynchronous');
    const async = v.objectAsync({ topic: v.string() });
    expect(problemsOf(eventWith(async), { topic: 'a' })[0]?.message).toContain('asynchronous');
  });

  it('that throws refuses the payload, and is named', () => {
    const thrower = eventWith(
      answering(() => {
        throw new TypeError('broken');
      }),
    );
    expect(problemsOf(thrower, {})).toEqual([{ path: '', message: 'its schema threw TypeError: broken' }]);
  });

  it('that answers with nonsense refuses the payload', () => {
    for (const nonsense of [undefined, null, 7, { issues: [null, {}] }, { issues: 'no' }]) {
      expect(problemsOf(eventWith(answering(() => nonsense)), {}).length).toBeGreaterThan(0);
    }
  });

  it('of very many problems tells the first twenty, and how many there are', () => {
    const many = z.object({ pages: z.array(z.string()) });
    expect(() => validate(eventWith(many), { pages: Array.from({ length: 100 }, () => 1) })).toThrow(
      '80 more problems',
    );
  });
});

describe('beside a schema', () => {
  it('there are no decorators of class-validator', () => {
    const NoteTaken = eventWith(z.object({ topic: z.string() }));
    IsString()(NoteTaken.prototype as object, 'topic');
    expect(() => validate(NoteTaken, { topic: 'a' })).toThrow(ConfigurationError);
    expect(() => validate(NoteTaken, { topic: 'a' })).toThrow(
      /either a schema or decorators of class-validator.*topic/,
    );
  });

  it('nothing is personal: messages of schemas may quote what they refuse', () => {
    const NoteTaken = eventWith(z.object({ topic: z.string() }));
    Personal()(NoteTaken.prototype as object, 'topic');
    expect(() => personalPlanOf(NoteTaken)).toThrow(/@Personal on NoteTaken: .*quote personal data/);
  });
});

it('a schema gives the class its type', () => {
  @DomainEvent({
    type: 'note_taken',
    version: '1.0',
    stream: 'notes',
    schema: z.object({ topic: z.string() }),
    key: (note: NoteTaken) => note.topic,
  })
  class NoteTaken {
    topic!: string;
  }
  expect(domainEventOf(NoteTaken).schema).toBeDefined();
});
