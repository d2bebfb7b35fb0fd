import { entryOf, MAX_TEXT_LENGTH, type RawEntry } from './raw-entry.js';
import type { StreamEntry } from './stream-entry.js';

/** An entry that a consumer got from the pending list. */
export interface ClaimedEntry extends StreamEntry {
  /** How often it was delivered before; 0 when its consumer had handed it back. */
  deliveries: number;
  /** Whether it has waited for a worker that handles it for longer than the grace period. */
  isOverdue?: boolean;
}

/** One page of a takeover. */
export interface ClaimReply {
  /** Where to go on; undefined at the end. */
  next: string | undefined;
  entries: ClaimedEntry[];
  /** Ids that were pending but are no longer in the stream. */
  vanished: string[];
}

/** An entry as scripts reply it. */
export type RawClaimedEntry = [...RawEntry, deliveries: number, isOverdue?: 0 | 1];

/** A page as scripts reply it: where to go on, entries, ids of those that are gone. */
export type RawClaimReply = [next: Buffer, entries: RawClaimedEntry[], vanished: Buffer[]];

export function claimedEntryOf([id, fields, deliveries, isOverdue]: RawClaimedEntry): ClaimedEntry {
  return { ...entryOf([id, fields], MAX_TEXT_LENGTH), deliveries, isOverdue: isOverdue === 1 };
}

export function claimReplyOf([next, entries, vanished]: RawClaimReply): ClaimReply {
  return {
    next: next.length === 0 ? undefined : next.toString(),
    entries: entries.map(claimedEntryOf),
    vanished: vanished.map(String),
  };
}
