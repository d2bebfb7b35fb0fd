import { randomUUID } from 'node:crypto';
import {
  ConfigurationError,
  DomainEvent,
  domainEventOf,
  EventEnvelopeError,
  EventPayloadError,
  EventValidationError,
  type EventClass,
  type StandardSchema,
} from 'nestjs-event-streams/core';
import { ID, KEY, lossesOf, majorOf, newEnvelope, shown, type PayloadLimits } from 'nestjs-event-streams/internal';
import { UnmetError, UsageError } from '../cli-errors.js';
import { defineCommand } from '../command.js';
import { readData } from '../data.js';
import { EXIT } from '../exit-codes.js';
import type { Session } from '../session.js';
import { SOURCE } from '../settings.js';

/** The library's rules for fields that an option sets. */
const RULES = {
  key: KEY,
  'correlation-id': ID,
  'causation-id': ID,
  'event-id': ID,
  'idempotency-key': KEY,
} as const;

/** Accepts every payload. */
const ANYTHING: StandardSchema<object> = {
  '~standard': { version: 1, vendor: 'nestjs-event-streams-cli', validate: (value) => ({ value: value as object }) },
};

/** `events publish` */
export const publish = defineCommand({
  name: 'publish',
  usage: '<stream> <type>',
  summary: 'publish an event',
  about: `
Wraps the payload in an envelope (a new event_id, the time, type, version, source), appends it once, even if the answer
of Redis is lost, and prints the id of the entry.

If the project's events.config.mjs has a class for the event, the class checks the payload and gives version and
partition key. Otherwise the payload has to be a JSON object. The payload is stored as it is written, without blanks
between values. Integers beyond ±(2^53 - 1) are refused, because readers in JavaScript would round them.`,
  words: [2, 2],
  options: {
    data: { type: 'string', value: '<json>', what: 'the payload: JSON, @file, or - for stdin ({})' },
    key: { type: 'string', value: '<key>', what: 'partition key: events with the same key are handled in order' },
    'correlation-id': {
      type: 'string',
      value: '<id>',
      what: 'correlation id: the same for all events that belong together',
    },
    'causation-id': { type: 'string', value: '<id>', what: 'event_id of the event that this one answers' },
    'event-id': { type: 'string', value: '<uuid>', what: 'event id (a new one)' },
    'event-version': { type: 'string', value: '<x.y>', what: "version of the event type's schema (1.0)" },
    source: { type: 'string', value: '<name>', what: `the publishing service (${SOURCE})` },
    'idempotency-key': { type: 'string', value: '<key>', what: 'a second event with the same key is not published' },
    create: { type: 'boolean', what: 'create the stream if it does not exist' },
  },
  examples: [
    [
      'events publish orders order_cancelled --data \'{"order_id": "89d9168e-…"}\' --key 89d9168e-…',
      'publishes one event',
    ],
    [
      'events publish orders order_placed --data @order.json --idempotency-key 17',
      'publishes from a file; a repeat does nothing',
    ],
    ["jq -n '{a: 1}' | events publish notes note_taken --data - --create", 'publishes from a pipe, to a new stream'],
  ],
  redis: [
    [
      'XADD <key> * event_id … event_type … data …',
      'append the event, in a script that appends it once (lua/append.lua)',
    ],
    ['EXISTS, SET <key>:published:<idempotency key>', 'remember the idempotency key, in the same script'],
  ],
  async run({ session, project, output, json, stdin }, [name = '', type = ''], options) {
    for (const [option, rule] of Object.entries(RULES)) {
      const value = options[option as keyof typeof RULES];
      if (value === undefined || rule.holds(value)) continue;
      throw new UsageError(`Expected --${option} as ${rule.expected}, got ${shown(value)}`);
    }
    const stream = options.create ? name : await existing(session, name);
    const { data, json: payload } = await readData(options.data ?? '{}', stdin);
    const classes = (await project.config.events?.()) ?? [];
    const source = options.source ?? SOURCE;
    const said = { data, source, key: options.key, version: options['event-version'] };
    const { event, isChecked } = classOf(stream, type, classes, said, session.payloadLimits);
    if (!isChecked && project.config.events) {
      output.notice(`events.config.mjs has no class for ${type} on ${stream}: the payload was not checked`);
    }
    const eventId = options['event-id'] ?? randomUUID();
    for (const { path, why } of lossesOf(payload))
      output.notice(`Not exact for readers in JavaScript: ${path}: ${why}`);
    const producer = named(() => session.producer(source));
    await producer.start();
    try {
      const id = await producer.publishJson(event, payload, {
        eventId,
        ...given({
          correlationId: options['correlation-id'],
          causationId: options['causation-id'],
          idempotencyKey: options['idempotency-key'],
        }),
      });
      if (json) await output.row({ stream, key: session.keyspace.stream(stream), id, event_id: eventId });
      else await output.line(id);
      return EXIT.ok;
    } catch (error) {
      if (error instanceof EventPayloadError) throw new UsageError(error.message, { cause: error });
      throw error;
    } finally {
      await producer.stop();
    }
  },
});

/**
 * The class to publish with: one of any payload, with the type's name; what the project's class says of the payload is
 * found out before.
 */
function classOf(
  stream: string,
  type: string,
  classes: readonly EventClass[],
  {
    data,
    source,
    key: givenKey,
    version: givenVersion,
  }: { data: object; source: string; key: string | undefined; version: string | undefined },
  limits: PayloadLimits,
): { event: EventClass; isChecked: boolean } {
  const known = classes.find((one) => {
    const about = domainEventOf(one);
    const isOfVersion = givenVersion === undefined || majorOf(givenVersion) === majorOf(about.version);
    return about.type === type && about.stream === stream && isOfVersion;
  });
  let key = givenKey;
  let version = givenVersion ?? '1.0';
  if (known) {
    const { partition_key } = checked(() => newEnvelope(known, data, source, limits));
    key ??= partition_key;
    version = givenVersion ?? domainEventOf(known).version;
  }
  class AnyEvent {
    readonly data?: unknown;
  }
  named(() => {
    DomainEvent({ type, version, stream, schema: ANYTHING, ...(key === undefined ? {} : { key: () => key }) })(
      AnyEvent,
    );
  });
  return { event: AnyEvent, isChecked: known !== undefined };
}

/** @throws UnmetError if the stream does not exist */
async function existing(session: Session, name: string): Promise<string> {
  try {
    return await session.stream(name);
  } catch (error) {
    if (!(error instanceof UnmetError)) throw error;
    throw new UnmetError(`${error.message}. Create it with --create`, { cause: error });
  }
}

/** How the command line calls what the library refuses by the names of its own options. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  stream: '<stream>',
  type: '<type>',
  version: '--event-version',
  source: '--source',
};

/** @throws UsageError if the library refuses a stream, type, version or source */
function named<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const message = error.message.replace(
      /^[^:]*: expected (\w+)/,
      (_, option: string) => `Expected ${ARGUMENTS[option] ?? option}`,
    );
    throw new UsageError(`${message}. See: events help publish`, { cause: error });
  }
}

/** Options, without those that are not there. */
function given<T extends object>(options: T): { [name in keyof T]?: NonNullable<T[name]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [name in keyof T]?: NonNullable<T[name]> };
}

/** @throws UnmetError when the class refuses the payload, UsageError when no event can carry it */
function checked<T>(made: () => T): T {
  try {
    return made();
  } catch (error) {
    if (error instanceof EventPayloadError) throw new UsageError(error.message, { cause: error });
    if (!(error instanceof EventValidationError || error instanceof EventEnvelopeError)) throw error;
    throw new UnmetError(`Nothing was published: ${error.message}`, { cause: error });
  }
}
