import { bounded } from '../../log/safe-text.js';
import { EventsError, MAX_SHOWN_LENGTH } from './events-error.js';

/** There is no such dead letter: it was never there, or somebody has replayed or discarded it meanwhile. */
export class DeadLetterGoneError extends EventsError {
  constructor(
    /** The stream's name, without prefix. */
    readonly stream: string,
    /** The dead letter's id. */
    readonly id: string,
  ) {
    super(`${stream} has no dead letter ${id}: it was replayed or discarded, or never there`);
  }
}

/** A dead letter that holds a part of its entry, which was larger than `deadLetters.maxBytes`, and whose stream has lost it. */
export class OriginalGoneError extends EventsError {
  constructor(
    /** The stream's name, without prefix. */
    readonly stream: string,
    /** The dead letter's id. */
    readonly id: string,
    /** The entry that it was. */
    readonly entryId: string,
  ) {
    super(
      `${stream}: dead letter ${id} holds only a part of entry ${entryId}, which was larger than deadLetters.maxBytes and is no ` +
        'longer in its stream, since it was trimmed or deleted: expected to find it there. It can only be discarded',
    );
  }
}

/** This dead letter waits behind another one of its key, which must be replayed or discarded first. */
export class KeyParkedError extends EventsError {
  constructor(
    /** The stream's name, without prefix. */
    readonly stream: string,
    /** The dead letter's id. */
    readonly id: string,
    /** The partition key. */
    readonly partitionKey: string,
    /** The dead letter that comes first; '-' when it is being replayed. */
    readonly first: string,
  ) {
    const before = first === '-' ? 'one that is being replayed' : first;
    super(
      `${stream}: dead letter ${id} is parked behind ${before}, of the same key ${bounded(partitionKey, MAX_SHOWN_LENGTH)}. ` +
        'Replay or discard that one first',
    );
  }
}
