import { bounded } from '../log/safe-text.js';
import { EventEnvelopeError } from '../model/errors/publishing.js';
import type { ProduceOptions, PublishOptions } from '../model/event-to-publish.js';
import { noOption } from '../model/option-names.js';

/** How much of a name is compared and shown, in characters. */
const MAX_NAME_LENGTH = 100;

/** What only `EventProducer.publish` takes. */
const PRODUCER_ALONE: readonly (keyof ProduceOptions)[] = ['eventId', 'idempotencyKey'];

const NAMES: Readonly<Record<keyof ProduceOptions, true>> = {
  ...{ eventId: true, timestamp: true, correlationId: true, causationId: true, subject: true },
  ...{ traceparent: true, tracestate: true, idempotencyKey: true },
};

const OF_PRODUCER: ReadonlySet<string> = new Set(Object.keys(NAMES));
const OF_TRANSACTION = new Set(
  [...OF_PRODUCER].filter((name) => !(PRODUCER_ALONE as readonly string[]).includes(name)),
);

/** The first option that does not exist; undefined if all do. @param isOfTransaction whether a transaction publishes */
export function unknownOptionIn(options: PublishOptions, isOfTransaction: boolean): string | undefined {
  const known = isOfTransaction ? OF_TRANSACTION : OF_PRODUCER;
  // No list of the names is made, since this is done for each event.
  for (const name in options) if (!known.has(name) && Object.hasOwn(options, name)) return name;
  return undefined;
}

/** The error for an option that does not exist: a misspelt one would have no effect. */
export function unknownOptionError(type: string, name: string, isOfTransaction: boolean): EventEnvelopeError {
  const known = [...(isOfTransaction ? OF_TRANSACTION : OF_PRODUCER)];
  return new EventEnvelopeError(type, 'options', noOption(bounded(name, MAX_NAME_LENGTH), known));
}
