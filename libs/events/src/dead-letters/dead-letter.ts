import { decode } from '../decode/decode.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import type { DeadLetterReason } from '../settle/outcome.js';
import { fieldOf, pairs } from '../stream/pairs.js';
import type { StreamEntry } from '../stream/stream-client.js';

/** An event that a group gave up. */
export interface DeadLetter {
  /** Its id among the dead letters. */
  id: string;
  /** The stream's key, and the entry's id there. */
  stream: string;
  entryId: string;
  group: string;
  /** `-` for an entry that reached no handler. */
  handler: string;
  reason: DeadLetterReason;
  attempts: number;
  errorName: string;
  errorMessage: string;
  errorStack: string;
  /** RFC 3339. */
  firstFailedAt: string;
  lastFailedAt: string;
  /** How often it was replayed before. */
  replays: number;
  /** Undefined when it has none. */
  partitionKey: string | undefined;
  /** The event; null when it cannot be decoded. */
  event: EventEnvelope | null;
  /** The original entry's fields as they came. */
  fields: readonly string[];
}

const ORIGINAL = 'entry.';

/** A dead letter, from its entry. */
export function parseDeadLetter({ id, fields }: StreamEntry): DeadLetter {
  const about = new Map<string, string>();
  const original: string[] = [];
  for (const [name, value] of pairs(fields ?? [])) {
    if (name.startsWith(ORIGINAL)) original.push(name.slice(ORIGINAL.length), value);
    else about.set(name, value);
  }
  const json = about.get('entry_json');
  if (json !== undefined) original.push(...(JSON.parse(json) as string[]));
  const text = (name: string): string => about.get(name) ?? '';
  return {
    id,
    stream: text('stream'),
    entryId: text('entry_id'),
    group: text('group'),
    handler: text('handler'),
    reason: text('reason') as DeadLetterReason,
    attempts: Number(text('attempts')),
    errorName: text('error_name'),
    errorMessage: text('error_message'),
    errorStack: text('error_stack'),
    firstFailedAt: text('first_failed_at'),
    lastFailedAt: text('last_failed_at'),
    replays: Number(about.get('replays') ?? 0),
    partitionKey: fieldOf(original, 'partition_key'),
    event: decodeOrNull(original),
    fields: original,
  };
}

function decodeOrNull(fields: readonly string[]): EventEnvelope | null {
  try {
    return decode(fields);
  } catch {
    return null;
  }
}
