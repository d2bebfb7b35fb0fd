import { eventOf } from '../decode/event-of.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { DeadLetterReason } from '../model/outcome.js';
import { pairs } from '../stream/entries/pairs.js';
import { fieldText, withBytes } from '../stream/entries/raw-entry.js';
import type { StreamEntry, WholeSize } from '../stream/entries/stream-entry.js';
import { MAX_REPLAYABLE_VALUES } from '../stream/scripts/server-limits.js';
import { BASE64, ORIGINAL, TEXTS, WHOLE_BYTES } from '../settle/dead-letter-fields.js';

/** An event that a group could not handle. */
export interface DeadLetter {
  /** Its id among the dead letters. */
  id: string;
  /** The stream's key. */
  stream: string;
  /** The entry's id in that stream. */
  entryId: string;
  /** The consumer group that could not handle it. */
  group: string;
  /** `-` for an entry that reached no handler. */
  handler: string;
  /** Why it is a dead letter. */
  reason: DeadLetterReason;
  /** How often it was tried, crashes in quarantine included. */
  attempts: number;
  /** The `name` of the last error. */
  errorName: string;
  /** Its message; a long one is cut. */
  errorMessage: string;
  /** Its stack, in lines; a long one is cut, and without one it is empty. */
  errorStack: string;
  /** When the first attempt failed: RFC 3339. */
  firstFailedAt: string;
  /** When the last attempt failed: RFC 3339. */
  lastFailedAt: string;
  /** How often the event was replayed before. */
  replays: number;
  /** Undefined if the event has none. */
  partitionKey: string | undefined;
  /** The event; null when it cannot be decoded. */
  event: EventEnvelope | null;
  /**
   * The size of the original in bytes, if it was larger than `deadLetters.maxBytes`: then `fields` has only its small fields, and
   * `event` is null. A replay takes the entry from its stream, if it is still there. Undefined for a complete one.
   */
  originalBytes: number | undefined;
  /** The original entry's fields as they came. */
  fields: readonly string[];
  /** The same as bytes where one of them is not UTF-8; `fields` shows its bytes as `\\xff`, and its backslashes as `\\\\`. */
  bytes?: readonly Buffer[];
  /** It is larger than `wholeBytes`: `fields` has the beginnings of some values, and `event` an empty `data`. */
  cut?: WholeSize;
}

/** A dead letter, from its entry. Others may have written any fields there by hand. */
export function parseDeadLetter(deadLetter: StreamEntry): DeadLetter {
  const about = new Map<string, string>();
  for (const [name, value] of pairs(deadLetter.fields ?? [])) if (!name.startsWith(ORIGINAL)) about.set(name, value);
  const original = originalOf(deadLetter, about);
  const text = (name: string): string => about.get(name) ?? '';
  const originalBytes = about.get(WHOLE_BYTES);
  return {
    id: deadLetter.id,
    stream: text('stream'),
    entryId: text('entry_id'),
    group: text('group'),
    handler: text('handler'),
    reason: text('reason') as DeadLetterReason,
    attempts: countOf(text('attempts')),
    errorName: text('error_name'),
    errorMessage: text('error_message'),
    errorStack: text('error_stack'),
    firstFailedAt: text('first_failed_at'),
    lastFailedAt: text('last_failed_at'),
    replays: countOf(text('replays')),
    partitionKey: fieldText(original, 'partition_key'),
    event: originalBytes === undefined ? eventOf(original) : null,
    originalBytes: originalBytes === undefined ? undefined : countOf(originalBytes),
    fields: original.fields ?? [],
    ...(original.bytes ? { bytes: original.bytes } : {}),
    ...(original.cut ? { cut: original.cut } : {}),
  };
}

/** A number that somebody has counted; 0 for what is none. */
function countOf(text: string): number {
  const count = Number(text);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** The entry that it was, as it came. */
function originalOf({ id, fields, bytes, cut }: StreamEntry, about: ReadonlyMap<string, string>): StreamEntry {
  const texts = textsIn(about.get(TEXTS), cut);
  // It is there only where they were too many for a replay; how many, its beginning does not tell.
  const whole = cut && { ...cut, values: MAX_REPLAYABLE_VALUES + 1 };
  if (texts) return { id, fields: texts, cut: whole };
  const base64 = textsIn(about.get(BASE64), cut);
  if (base64) {
    const original = base64.map((field) => Buffer.from(field, 'base64'));
    return { ...withBytes(id, original), cut: whole };
  }
  const original: string[] = [];
  const originalBytes: Buffer[] = [];
  for (const [index, [name, value]] of pairs(fields ?? []).entries()) {
    if (!name.startsWith(ORIGINAL)) continue;
    original.push(name.slice(ORIGINAL.length), value);
    const [nameBytes, valueBytes] = bytes?.slice(2 * index, 2 * index + 2) ?? [];
    if (nameBytes && valueBytes) originalBytes.push(nameBytes.subarray(ORIGINAL.length), valueBytes);
  }
  return { id, fields: original, bytes: bytes && originalBytes, cut };
}

/** A text in JSON. */
const TEXT = /"(?:[^"\\]|\\.)*"/g;

/** The texts of a JSON array, those that were read where it was cut; undefined for what is none. */
function textsIn(json: string | undefined, cut: WholeSize | undefined): string[] | undefined {
  if (json === undefined) return undefined;
  try {
    if (cut) return (json.match(TEXT) ?? []).map((text) => JSON.parse(text) as string);
    const texts: unknown = JSON.parse(json);
    return Array.isArray(texts) && texts.every((text) => typeof text === 'string') ? texts : undefined;
  } catch {
    return undefined;
  }
}
