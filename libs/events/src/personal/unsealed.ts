import { randomUUID } from 'node:crypto';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { demandJson, toJson } from '../model/payload-json.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import { ERASED_JSON, isErased } from './erased.js';
import { personalPlaces, type PersonalPlan } from './personal-plan.js';
import { likeSealedJson, sealedJson, type SealedIn, type SubjectKey } from './sealed-value.js';

/** In place of a personal value in JSON, until it is encrypted. Random, so that no payload contains it. */
const STAND_IN = randomUUID();
const STAND_INS = new RegExp(`"${STAND_IN}(\\d+)"`);

interface Part {
  path: string;
  json: string;
}

/** Personal data of an event that waits to be published. It is encrypted each time it is sent, since its key may have changed. */
export class Unsealed {
  private constructor(
    readonly keyspace: Keyspace,
    readonly subject: string,
    /** Whether a forgotten subject gets a new key. */
    readonly comesBack: boolean,
    /** The JSON before, between and after the parts. */
    private readonly pieces: readonly string[],
    private readonly parts: readonly Part[],
    private readonly where: SealedIn,
    private readonly put: (json: string) => void,
  ) {}

  /**
   * Takes the personal data out of a payload.
   *
   * @param envelope its `data` is changed: personal values are replaced, so it must be a copy
   * @param put takes the payload's JSON: now blanks of about the same length, and the encrypted JSON when it is sent
   * @returns undefined when there is nothing to encrypt
   * @throws EventPayloadError when the encrypted payload will exceed a limit
   */
  static of(
    envelope: EventEnvelope<object>,
    plan: PersonalPlan,
    about: { keyspace: Keyspace; subjectOf: () => string; comesBack: boolean },
    limits: PayloadLimits,
    put: (json: string) => void,
  ): Unsealed | undefined {
    const { event_id: eventId, event_type: eventType, data } = envelope;
    const places = personalPlaces(plan, data).filter(({ owner, property }) => !isErased(owner[property]));
    if (places.length === 0) return undefined;
    const { keyspace, comesBack } = about;
    const subject = about.subjectOf();
    const parts: Part[] = [];
    for (const { owner, property, path } of places) {
      const json = JSON.stringify(owner[property]);
      owner[property] = STAND_IN + String(parts.push({ path: path.join('.'), json }) - 1);
    }
    const split = toJson(eventType, data, { ...limits, maxBytes: Infinity }).split(STAND_INS);
    const pieces = split.filter((_, index) => index % 2 === 0);
    // In the order of the JSON, where properties whose names are numbers come first.
    const ordered = split.filter((_, index) => index % 2 === 1).map((place) => parts[Number(place)] as Part);
    const unsealed = new Unsealed(keyspace, subject, comesBack, pieces, ordered, { eventId, eventType }, put);
    const like = unsealed.joined(({ json }) => likeSealedJson(Buffer.byteLength(json), subject));
    demandJson(eventType, like, limits);
    put(' '.repeat(like.length));
    return unsealed;
  }

  /** @param key undefined if the subject was forgotten: the data is erased from the beginning */
  seal(key: SubjectKey | undefined): void {
    const { subject, where } = this;
    this.put(this.joined(({ json, path }) => (key ? sealedJson(json, key, subject, where, path) : ERASED_JSON)));
  }

  private joined(jsonOf: (part: Part) => string): string {
    let json = this.pieces[0] ?? '';
    for (const [index, part] of this.parts.entries()) json += jsonOf(part) + (this.pieces[index + 1] ?? '');
    return json;
  }
}
