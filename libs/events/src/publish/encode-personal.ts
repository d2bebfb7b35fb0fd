import { domainEventOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { ID } from '../model/fields.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { EventEnvelopeError } from '../model/errors/publishing.js';
import type { PersonalPlan } from '../personal/personal-plan.js';
import { Unsealed } from '../personal/unsealed.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { LaidOut } from '../stream/entries/layouts.js';
import { saidBy } from '../validate/user-code.js';
import { DATA_PLACE, encode } from './encode.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import { demand, unreadable } from './new-envelope.js';

/** An entry, and what of it must be encrypted before it is sent. */
export interface PersonalEntry extends LaidOut {
  unsealed: Unsealed | undefined;
}

/**
 * An envelope as the fields of a stream entry, without its personal data.
 *
 * @param place the partition, and whether a forgotten subject gets a new key
 * @throws EventPayloadError when the encrypted payload exceeds a limit
 * @throws EventEnvelopeError when neither the class nor the options name the subject
 */
export function encodePersonal<T extends object>(
  target: EventClass<T>,
  plan: PersonalPlan,
  envelope: EventEnvelope<T>,
  options: PublishOptions,
  place: { keyspace: Keyspace; comesBack: boolean },
  limits: PayloadLimits,
): PersonalEntry {
  const about = { ...place, subjectOf: () => subjectOf(target, envelope, options) };
  let data = '';
  const values: string[] = [];
  const put = (json: string): void => {
    data = json;
    if (values.length > 0) values[DATA_PLACE] = json;
  };
  const unsealed = Unsealed.of(envelope, plan, about, limits, put);
  const entry = encode(envelope, limits, unsealed ? data : undefined);
  values.push(...entry.values);
  return { layout: entry.layout, values, unsealed };
}

function subjectOf<T extends object>(
  target: EventClass<T>,
  { event_type: type, data }: EventEnvelope<T>,
  options: PublishOptions,
): string {
  let given: unknown;
  try {
    given = options.subject;
  } catch (cause) {
    throw unreadable(type, cause);
  }
  const { subject } = domainEventOf(target);
  if (given === undefined && subject) {
    try {
      given = subject(data);
    } catch (cause) {
      throw new EventEnvelopeError(type, 'subject', saidBy('subject() of its class', cause), { cause });
    }
  }
  if (given !== undefined) return demand(type, 'subject', given, ID);
  throw new EventEnvelopeError(
    type,
    'subject',
    'expected whose personal data it has, by subject of @DomainEvent or by the option subject, got nothing',
  );
}
