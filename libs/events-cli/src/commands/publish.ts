import { randomUUID } from 'node:crypto';
import {
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
import { SOURCE } from '../settings.js';

/** What the library demands of the fields that an option sets. */
const RULES = {
  key: KEY,
  'correlation-id': ID,
  'causation-id': ID,
  'event-id': ID,
  'idempotency-key': KEY,
} as const;

/** Takes every payload as it is. */
const ANYTHING: StandardSchema<object> = {
  '~standard': { version: 1, vendor: 'nestjs-event-streams-cli', validate: (value) => ({ value: value as object }) },
};

/** `events publish` */
export const publish = defineCommand({
  name: 'publish',
  usage: '<stream> <type>',
  summary: 'publish an event',
  about: `
Wraps the payload in an envelope (a new event_id, the time, type, version, source) and appends it as the library's
producer does: sent again when an answer is lost, and appended once. Where the project's events.config.mjs gives event
classes, the payload is checked by the rules of its class, which also tells version and partition key; else only that it
is a JSON object is known. Its text travels as it is, but for blanks between its values; integers beyond ±(2^53 - 1)
are refused, since readers would round them. A stream that is not there is only made with --create. Prints the entry's
id.`,
  words: [2, 2],
  options: {
    data: { type: 'string', value: '<json>', what: 'the payload: JSON, @file, or - for stdin ({})' },
    key: { type: 'string', value: '<key>', what: 'partition key: events with the same keep their order' },
    'correlation-id': { type: 'string', value: '<id>', what: 'what belongs together' },
    'causation-id': { type: 'string', value: '<id>', what: 'event_id of the event that this one answers' },
    'event-id': { type: 'string', value: '<uuid>', what: 'instead of a new one' },
    'event-version': { type: 'string', value: '<x.y>', what: "of the type's schema (1.0)" },
    source: { type: 'string', value: '<name>', what: `who publishes (${SOURCE})` },
    'idempotency-key': { type: 'string', value: '<key>', what: 'the same key publishes once' },
    create: { type: 'boolean', what: 'make the stream when it is not there' },
  },
  examples: [
    ['events publish orders order_cancelled --data \'{"order_id": "89d9168e-…"}\' --key 89d9168e-…', 'one event'],
    [
      'events publish orders order_placed --data @order.json --idempotency-key 17',
      'from a file; a repeat does nothing',
    ],
    ["jq -n '{a: 1}' | events publish notes note_taken --data - --create", 'from a pipe, to a new stream'],
  ],
  redis: [
    ['XADD <key> * event_id … event_type … data …', 'in a script that remembers what it has appended (lua/append.lua)'],
    ['EXISTS, SET <key>:published:<idempotency key>', 'in the same script'],
  ],
  async run({ session, project, output, json, stdin }, [name = '', type = ''], options) {
    for (const [option, rule] of Object.entries(RULES)) {
      const value = options[option as keyof typeof RULES];
      if (value === undefined || rule.holds(value)) continue;
      throw new UsageError(`Expected --${option} as ${rule.expected}, got ${shown(value)}`);
    }
    const stream = options.create ? name : await session.stream(name);
    const { data, json: payload } = await readData(options.data ?? '{}', stdin);
    const classes = (await project.config.events?.()) ?? [];
    const source = options.source ?? SOURCE;
    const said = { data, source, key: options.key, version: options['event-version'] };
    const { event, isChecked } = classOf(stream, type, classes, said, session.payloadLimits);
    if (!isChecked && project.config.events) {
      output.notice(`No class of events.config.mjs is ${type} on ${stream}: the payload was not checked`);
    }
    const eventId = options['event-id'] ?? randomUUID();
    for (const { path, why } of lossesOf(payload))
      output.notice(`Not exact for readers in JavaScript: ${path}: ${why}`);
    const producer = session.producer(source);
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
  DomainEvent({ type, version, stream, schema: ANYTHING, ...(key === undefined ? {} : { key: () => key }) })(AnyEvent);
  return { event: AnyEvent, isChecked: known !== undefined };
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
