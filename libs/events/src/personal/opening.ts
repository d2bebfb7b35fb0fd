import { infiniteNumber } from '../json/losses.js';
import { limitBeyond, type PayloadLimits } from '../model/payload-limits.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { parseToHandle, parseRounded } from '../decode/decode.js';
import { EventDecodeError } from '../model/errors/event.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import { Erased } from './erased.js';
import { personalPlaces, type PersonalPlace, type PersonalPlan } from './personal-plan.js';
import { openedJson, sealedValueOf, type SealedIn, type SealedValue, type SubjectKey } from './sealed-value.js';
import type { SubjectKeys } from './subject-keys.js';

/** What the reader of a stream accepts of payloads. */
interface PayloadBounds {
  /** Whether integers beyond ±(2^53 - 1) are rounded, instead of refused. */
  roundsIntegers: boolean;
  limits: PayloadLimits;
}

interface SealedPlace extends PersonalPlace {
  value: SealedValue | Erased;
}

/** The encrypted and erased places of an event that was read. */
export class Sealed {
  private constructor(
    private readonly places: readonly SealedPlace[],
    private readonly where: SealedIn,
  ) {}

  /**
   * @returns undefined when there are none
   * @throws EventDecodeError when a value is marked as personal data, and has no known form
   */
  static of(plan: PersonalPlan, { event_id: eventId, event_type: eventType, data }: EventEnvelope): Sealed | undefined {
    const places: SealedPlace[] = [];
    for (const place of personalPlaces(plan, data)) {
      const value = sealedValueOf(place.owner[place.property], place.path.join('.'));
      if (value) places.push({ ...place, value });
    }
    return places.length > 0 ? new Sealed(places, { eventId, eventType }) : undefined;
  }

  /**
   * Decrypts the data, and puts it in its places.
   *
   * @returns the places where it is erased
   * @throws EventDecodeError when encrypted data was changed, belongs to another event or field, or holds what handlers cannot get
   * @throws RedisUnavailableError, Redis' own error (`ReplyError`) when the keys cannot be read
   */
  async open(subjectKeys: Keyspace, keys: SubjectKeys, bounds: PayloadBounds): Promise<PersonalPlace[]> {
    const got = await Promise.all(
      this.places.map(async ({ value }) =>
        value instanceof Erased ? undefined : keys.find(subjectKeys, value.subject, value.key),
      ),
    );
    const erased: PersonalPlace[] = [];
    for (const [index, place] of this.places.entries()) {
      const key = got[index];
      if (key) place.owner[place.property] = this.opened(place, key, bounds);
      else erased.push(place);
    }
    return erased;
  }

  private opened({ value, path }: SealedPlace, key: SubjectKey, { roundsIntegers, limits }: PayloadBounds): unknown {
    const at = path.join('.');
    const json = `{"personal":${openedJson(value as SealedValue, key, this.where, at)}}`;
    // Whoever has the key can encrypt anything, so it is checked as the rest of the payload was.
    const beyond = limitBeyond(json, limits);
    if (beyond) throw new EventDecodeError(`Expected ${at} within consumer.${beyond}, got more`);
    if (!roundsIntegers && infiniteNumber(json))
      throw new EventDecodeError(`Expected numbers of ${at} that are finite`);
    return (roundsIntegers ? parseRounded(json) : parseToHandle(json))['personal'];
  }
}
