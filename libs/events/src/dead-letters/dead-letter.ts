import { eventOf } from '../decode/event-of.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import type { DeadLetterReason } from '../settle/outcome.js';
import { pairs } from '../stream/pairs.js';
import { fieldText, withBytes } from '../stream/raw-entry.js';
import type { StreamEntry } from '../stream/stream-client.js';
import { BASE64, ORIGINAL, TEXTS, WHOLE_BYTES } from './dead-letter-fields.js';

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
  /**
   * How large the original is, in bytes, where it was larger than `deadLetters.maxBytes`: then `fields` are its small fields, and
   * `event` is null. A replay takes it from its stream, as long as that has it. Undefined for one that is whole.
   */
  originalBytes: number | undefined;
  /** The original entry's fields as they came. */
  fields: readonly string[];
  /** The same as bytes where one of them is not UTF-8; `fields` shows its bytes as `\\xff`, and its backslashes as `\\\\`. */
  bytes?: readonly Buffer[];
}

/** A dead letter, from its entry. */
export function parseDeadLetter(letter: StreamEntry): DeadLetter {
  const about = new Map<string, string>();
  for (const [name, value] of pairs(letter.fields ?? [])) if (!name.startsWith(ORIGINAL)) about.set(name, value);
  const original = originalOf(letter, about);
  const text = (name: string): string => about.get(name) ?? '';
  const originalBytes = about.get(WHOLE_BYTES);
  return {
    id: letter.id,
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
    partitionKey: fieldText(original, 'partition_key'),
    event: originalBytes === undefined ? eventOf(original) : null,
    originalBytes: originalBytes === undefined ? undefined : Number(originalBytes),
    fields: original.fields ?? [],
    ...(original.bytes ? { bytes: original.bytes } : {}),
  };
}

/** The entry that it was, as it came. */
function originalOf({ id, fields, bytes }: StreamEntry, about: ReadonlyMap<string, string>): StreamEntry {
  const texts = about.get(TEXTS);
  if (texts !== undefined) return { id, fields: JSON.parse(texts) as string[] };
  const base64 = about.get(BASE64);
  if (base64 !== undefined) {
    return withBytes(
      id,
      (JSON.parse(base64) as string[]).map((field) => Buffer.from(field, 'base64')),
    );
  }
  const original: string[] = [];
  const originalBytes: Buffer[] = [];
  for (const [index, [name, value]] of pairs(fields ?? []).entries()) {
    if (!name.startsWith(ORIGINAL)) continue;
    original.push(name.slice(ORIGINAL.length), value);
    const [nameBytes, valueBytes] = bytes?.slice(2 * index, 2 * index + 2) ?? [];
    if (nameBytes && valueBytes) originalBytes.push(nameBytes.subarray(ORIGINAL.length), valueBytes);
  }
  return { id, fields: original, bytes: bytes && originalBytes };
}
