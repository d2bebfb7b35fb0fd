import { asBytes, asList, asNumber } from '../../connection/reply.js';
import { asRawEntry, entryOf, MAX_TEXT_LENGTH } from './raw-entry.js';
import type { StreamEntry } from './stream-entry.js';

/** Where the first page of pending entries begins: before every id, as XPENDING has it. */
export const FIRST_PAGE = '-';

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

/**
 * Claimed entries as a script replies them: id, fields, how often it was delivered before, and 1 for one that is overdue.
 *
 * @param script its name
 * @throws UnexpectedReplyError
 */
export function claimedEntriesOf(reply: unknown, script: string): ClaimedEntry[] {
  return asList(reply, script).map((row) => {
    const [, , deliveries, isOverdue] = asList(row, script);
    const entry = entryOf(asRawEntry(row, script), MAX_TEXT_LENGTH);
    return { ...entry, deliveries: asNumber(deliveries, script), isOverdue: isOverdue === 1 };
  });
}

/** Ids as a script replies them. @throws UnexpectedReplyError */
export function vanishedOf(reply: unknown, script: string): string[] {
  return asList(reply, script).map((id) => asBytes(id, script).toString());
}

/** A page as a script replies it: where to go on, entries, ids of those that are gone. @throws UnexpectedReplyError */
export function claimReplyOf([next, entries, vanished]: readonly unknown[], script: string): ClaimReply {
  const from = asBytes(next, script);
  return {
    next: from.length === 0 ? undefined : from.toString(),
    entries: claimedEntriesOf(entries, script),
    vanished: vanishedOf(vanished, script),
  };
}
