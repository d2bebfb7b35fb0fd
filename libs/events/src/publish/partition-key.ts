import { KEY, shown } from '../model/fields.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { EventEnvelopeError } from '../model/errors/publishing.js';
import { saidBy } from '../validate/user-code.js';
import { toJson } from '../model/payload-json.js';

/**
 * The partition key of an event.
 *
 * @param key of the event class
 * @param read the payload as readers get it
 * @throws EventEnvelopeError when `key()` throws, or gives what no key can be
 */
export function partitionKeyOf<T extends object>(type: string, key: (data: T) => string, read: T): string {
  let given: unknown;
  try {
    given = key(read);
  } catch (cause) {
    throw new EventEnvelopeError(type, 'key', saidBy('key() of its class', cause), { cause });
  }
  if (KEY.holds(given)) return given;
  // Nobody awaits it: its rejection must not end the process.
  if (given instanceof Promise) given.catch(() => undefined);
  const got = given instanceof Promise ? 'a promise' : shown(given);
  throw new EventEnvelopeError(type, 'key', `expected key() of its class to give ${KEY.expected}, got ${got}`);
}

/**
 * Checks that `key()` gives the same for readers that do not have the event class, and so read the payload as it is.
 *
 * @param sent the payload that is sent
 * @param own the key of what class-transformer, or the schema, makes of it
 * @throws EventEnvelopeError when the payload says another one
 */
export function demandSameKey<T extends object>(
  type: string,
  key: (data: T) => string,
  sent: T,
  own: string,
  limits: PayloadLimits,
): void {
  let plain: unknown;
  try {
    plain = key(JSON.parse(toJson(type, sent, limits)) as T);
  } catch {
    // key() needs an instance of the class: such readers cannot have another key.
    return;
  }
  if (typeof plain !== 'string' || plain === own) return;
  throw new EventEnvelopeError(
    type,
    'key',
    `expected key() to give the same of the payload and of what its @Transform makes of it, got ${shown(plain)} and ` +
      `${shown(own)}: publish what @Transform makes of it`,
  );
}
