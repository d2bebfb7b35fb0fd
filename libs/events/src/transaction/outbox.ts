import { domainEventOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import type { Instrumentation } from '../model/instrumentation.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { personalPlanOf } from '../personal/personal-plan.js';
import type { Unsealed } from '../personal/unsealed.js';
import { encode } from '../publish/encode.js';
import { newEnvelope } from '../publish/new-envelope.js';
import { encodePersonal, type PersonalEntry } from '../publish/encode-personal.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { LaidOut } from '../stream/entries/layouts.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { withLast, type BufferedEvent } from './effects.js';
import { publishTargetOf } from './publish-target.js';

/** What the transactions of a worker need to publish. */
export interface OutboxParts {
  /** Of the delivery's partition. */
  keyspace: Keyspace;
  partitions: Partitions;
  source: string;
  limits: PayloadLimits;
  instrumentation: Instrumentation;
  /** Whether personal data is encrypted. */
  erasure: boolean;
}

/** The events of one transaction, which its commit appends. */
export class Outbox {
  events: readonly BufferedEvent[] = NONE;
  /** Personal data of the events, encrypted when they are sent. */
  unsealed: readonly Unsealed[] = NONE;

  constructor(private readonly parts: OutboxParts) {}

  /** @param cause the event that is handled: the new one gets its correlation id, and names it as its cause */
  add<T extends object>(
    event: EventClass<T>,
    data: T,
    options: Omit<PublishOptions, 'eventId'>,
    cause: EventEnvelope<object>,
    eventId: string,
  ): void {
    const { keyspace, partitions, source, limits, instrumentation, erasure } = this.parts;
    const { type, stream: streamName } = domainEventOf(event);
    // The parent is the handler's span, if there is one; else the event continues the trace of its cause.
    const { traceparent, tracestate } = instrumentation.activeTrace ?? cause;
    const envelope = newEnvelope(event, data, source, limits, options, {
      eventId,
      correlationId: cause.correlation_id ?? cause.event_id,
      causationId: cause.event_id,
      traceparent,
      tracestate,
    });
    const target = publishTargetOf(partitions, keyspace, type, envelope.partition_key ?? eventId);
    const plan = erasure ? personalPlanOf(event) : undefined;
    const where = { keyspace: target, comesBack: false };
    const { layout, values }: LaidOut = plan
      ? this.withPersonal(encodePersonal(event, plan, envelope, options, where, limits))
      : encode(envelope, limits);
    const entry = { type, streamName, streamKey: target.stream(streamName), layout, values };
    this.events = withLast(this.events, entry);
  }

  private withPersonal(entry: PersonalEntry): LaidOut {
    if (entry.unsealed) this.unsealed = withLast(this.unsealed, entry.unsealed);
    return entry;
  }
}

const NONE: readonly never[] = [];
