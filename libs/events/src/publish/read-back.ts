import { domainEventOf, schemaOf, type EventClass } from '../model/domain-event.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import { validateInWords } from '../validate/validate.js';
import { withheld } from '../validate/withheld.js';
import { toJson } from '../model/payload-json.js';

/**
 * What readers make of a payload, by class-transformer and class-validator themselves.
 *
 * @param sent the payload that is sent
 * @throws EventValidationError when readers would refuse it
 * @throws EventPayloadError when readers would not get all of it
 */
export function readBack<T extends object>(target: EventClass<T>, sent: object, limits: PayloadLimits): T {
  const { type } = domainEventOf(target);
  // class-transformer takes discriminators out of what it is given.
  const parsed = JSON.parse(toJson(type, sent, limits)) as object;
  const read = validateInWords(target, parsed);
  const path = schemaOf(target) ? undefined : withheld(parsed, read);
  if (path === undefined) return read;
  throw new EventPayloadError(type, path, '@Exclude or @Expose of its class keeps it from readers: leave it out');
}
