import { bounded } from '../log/safe-text.js';
import { DeadLetterGoneError, KeyParkedError, OriginalGoneError } from '../model/errors/dead-letter.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import type { OperatorNote } from '../model/operator-note.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { MAX_NAME_LENGTH } from '../model/thrown.js';
import { checkedJson, payloadOfJson } from '../publish/payload.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { DeadLetterAction } from './dead-letter-history.js';
import { locate, nameOf, type DeadLetterPlace } from './dead-letter-place.js';
import type { DeadLetter } from './dead-letter.js';

/** A payload in the place of the original's, in one of two forms. */
export interface ReplacementPayload {
  /** As an object. */
  data?: Record<string, unknown>;
  /** As JSON, which is kept as it is written. */
  json?: string;
}

/** How many actions the history of a stream keeps, about. */
const HISTORY_LENGTH = 10_000;
/** How the entry of a dead letter that can be replayed is called. */
const ENTRY_ID = /^\d{1,20}-\d{1,20}$/;

/** Takes dead letters out of their streams, each once, and notes who did it and why. */
export class DeadLetterTaker {
  /** @param limits what a replacement payload may be at most */
  constructor(
    private readonly client: StreamClient,
    private readonly partitions: Partitions,
    private readonly limits: PayloadLimits,
  ) {}

  /**
   * @returns the id of the entry in the group's replays, where it is replayed
   * @throws DeadLetterGoneError, EventPayloadError, KeyParkedError, OriginalGoneError
   */
  async take(
    stream: string,
    deadLetter: DeadLetter,
    action: DeadLetterAction['action'],
    { by = '', why = '', verified = false }: OperatorNote,
    replacement: ReplacementPayload = {},
  ): Promise<string> {
    const { id: name, entryId, group, handler, partitionKey = '' } = deadLetter;
    const isReplay = action === 'replayed';
    if (isReplay && (!ENTRY_ID.test(entryId) || group === '')) {
      const why = `its dead letter ${name} does not say which entry of which group it was: it can be discarded, not replayed`;
      throw new EventPayloadError(typeOf(deadLetter), '', why);
    }
    const { keyspace, partition, entryId: deadLetterId } = locate(name, this.partitions) as DeadLetterPlace;
    const edited = jsonOf(typeOf(deadLetter), replacement, this.limits);
    const noted = Object.entries({
      action,
      deadLetter: name,
      entryId,
      group,
      handler,
      by,
      why,
      edited: String(edited !== ''),
      ...(verified ? { verified: 'true' } : {}),
      at: new Date().toISOString(),
    });
    const keys = [
      keyspace.deadLetters(stream),
      keyspace.deadLetterHistory(stream),
      keyspace.parked(stream, group, handler, partitionKey),
      ...(isReplay ? [keyspace.replays(stream, group).key, keyspace.stream(stream)] : []),
    ];
    const values = [deadLetterId, entryId, HISTORY_LENGTH, edited, ...noted.flat()];
    const reply = await this.client.deadLetters.take(keys, values);
    switch (reply.status) {
      case 'taken':
        return reply.replayId;
      case 'gone':
        throw new DeadLetterGoneError(stream, name);
      case 'parked': {
        const first = reply.first === '-' ? '-' : nameOf(reply.first, partition, this.partitions);
        throw new KeyParkedError(stream, name, partitionKey, first);
      }
      case 'lost':
        throw new OriginalGoneError(stream, name, entryId);
      case 'unfit':
        throw new EventPayloadError(typeOf(deadLetter), '', 'it has too many fields to be replayed');
    }
  }
}

/** What is said of it in an error. */
function typeOf({ event }: DeadLetter): string {
  return event ? bounded(event.event_type, MAX_NAME_LENGTH) : 'The entry';
}

/** The replacement as JSON; '' for none. @throws EventPayloadError */
function jsonOf(type: string, { data, json }: ReplacementPayload, limits: PayloadLimits): string {
  if (data !== undefined && json !== undefined) {
    throw new EventPayloadError(type, '', 'expected data or json, got both');
  }
  // Numbers that JavaScript does not hold were there before: they are for the group's own rules.
  if (json !== undefined) return payloadOfJson(type, json, limits, true).json;
  return data === undefined ? '' : checkedJson(type, data, limits);
}
