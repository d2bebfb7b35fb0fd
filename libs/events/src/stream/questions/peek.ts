import { asList, asNumber } from '../../connection/reply.js';
import { OPTIONAL_FIELDS, REQUIRED_FIELDS } from '../../model/event-envelope.js';
import type { Question } from './question.js';
import { lastIdOf, range, rangeBack, streamInfo, type StreamRow } from './stream-questions.js';
import { asRawEntry, entryOf, upTo, type RawEntry } from '../entries/raw-entry.js';
import { REPLY_BYTES } from '../entries/read-pace.js';
import { PEEK, PEEK_STREAM } from '../scripts/scripts.js';
import type { StreamEntry } from '../entries/stream-entry.js';

/** Up to so many bytes an entry is read whole unless it is asked for less: eight times what is published unless set otherwise. */
export const MAX_WHOLE_BYTES = 8 * 1024 * 1024;
/** Of a larger one come so many bytes of a value, and of fields that nobody knows, at most. */
const MAX_PART_BYTES = 64 * 1024;
/** How much less than a whole entry may have one of its values has. */
const PARTS = 8;

/** What an event's fields are called; as a dead letter's, and as those that a replay adds. */
const ENVELOPE: readonly string[] = [...REQUIRED_FIELDS, ...OPTIONAL_FIELDS];
const ABOUT = [
  ...['stream', 'entry_id', 'group', 'handler', 'reason', 'attempts', 'replays'],
  ...['error_name', 'error_message', 'error_stack', 'first_failed_at', 'last_failed_at', 'entry_bytes'],
];
const REPLAY = ['replay_stream', 'replay_id', 'replay_handler', 'replay_count'];
/** Fields that come of each entry, whatever others it has. */
const KNOWN = [...ENVELOPE, ...REPLAY, ...ABOUT, ...ENVELOPE.map((name) => `entry.${name}`)];

/** Some entries in a row. */
export interface Peek {
  entries: StreamEntry[];
  /** Nothing of the range is left. */
  isEnd: boolean;
}

/** Which entries, and how many at most. */
export interface PeekRange {
  key: string;
  from: string;
  to: string;
  order: 'oldest-first' | 'newest-first';
  count: number;
}

/** How much of them. */
export interface PeekBounds {
  /** After so many bytes of entries no further one is read; the last one may be larger. */
  replyBytes: number;
  /** A larger entry is cut. 0: only its id is wanted. */
  wholeBytes: number;
}

/**
 * Entries of a range, bounded in bytes by the server itself. Where this Redis user may not run scripts (`EVAL_RO`), only
 * their number bounds what is read; what is kept of them is the same.
 */
export function peek({ key, from, to, order, count }: PeekRange, bounds: PeekBounds): Question<Peek> {
  const isForward = order === 'oldest-first';
  const [command, first, last] = isForward ? ['XRANGE', from, to] : ['XREVRANGE', to, from];
  const { part, others } = partsOf(bounds);
  const plain = isForward ? range(key, from, to, count) : rangeBack(key, to, from, count);
  return {
    command: [
      ...(['EVAL_RO', PEEK, 1, key, command, first, last, count] as const),
      ...[bounds.replyBytes, bounds.wholeBytes, part, others, ...KNOWN],
    ],
    missing: { entries: [], isEnd: true },
    isOfBytes: true,
    read: (reply) => {
      const [isEnd, entries] = asList(reply, 'peek');
      return { isEnd: isEnd === 1, entries: asList(entries, 'peek').map(peekedOf) };
    },
    plain: {
      command: plain.command,
      missing: { entries: [], isEnd: true },
      isOfBytes: true,
      read: (reply) => {
        const entries = asList(reply, 'XRANGE').map((entry) => cutEntry(asRawEntry(entry, 'XRANGE'), bounds));
        return { isEnd: entries.length < count, entries };
      },
    },
  };
}

/** What `XINFO STREAM` says, with no more of the first and the last entry than is asked for. */
export function peekStream(key: string, bounds: Pick<PeekBounds, 'wholeBytes'>): Question<StreamRow | null> {
  const { part, others } = partsOf(bounds);
  const plain = streamInfo(key, (entry) => cutEntry(entry, bounds));
  return {
    command: ['EVAL_RO', PEEK_STREAM, 1, key, bounds.wholeBytes, part, others, ...KNOWN],
    missing: null,
    isOfBytes: true,
    read: (reply) => {
      const [length, entriesAdded, first, last] = asList(reply, 'peek-stream');
      return {
        length: asNumber(length, 'peek-stream'),
        entriesAdded: asNumber(entriesAdded, 'peek-stream'),
        first: first === null ? null : peekedOf(first),
        last: last === null ? null : peekedOf(last),
      };
    },
    plain,
  };
}

/** Of entries of which only the ids are wanted. */
const IDS: PeekBounds = { replyBytes: REPLY_BYTES, wholeBytes: 0 };

/** The id of the first entry after another one; null where there is none. */
export function peekNextId(key: string, after: string): Question<string | null> {
  const question = peek({ key, from: `(${after}`, to: '+', order: 'oldest-first', count: 1 }, IDS);
  return { ...idIn(question, null), plain: question.plain && idIn(question.plain, null) };
}

/** The id of a stream's last entry; null where there is none, undefined where this Redis user may not ask. */
export function peekLastId(key: string): Question<string | null | undefined> {
  const question = peek({ key, from: '-', to: '+', order: 'newest-first', count: 1 }, IDS);
  return { ...idIn(question, undefined), plain: lastIdOf(key) };
}

function idIn<T>(question: Question<Peek>, missing: T): Question<string | null | T> {
  const { command } = question;
  return { command, missing, isOfBytes: true, read: (reply) => question.read(reply).entries[0]?.id ?? null };
}

/** Entries of a range of which only the ids are wanted: of so many bytes at most. */
export function peekIds(range: PeekRange, replyBytes: number): Question<Peek> {
  return peek(range, { ...IDS, replyBytes });
}

function partsOf({ wholeBytes }: Pick<PeekBounds, 'wholeBytes'>): { part: number; others: number } {
  const part = Math.min(MAX_PART_BYTES, Math.floor(wholeBytes / PARTS));
  return { part, others: part };
}

/** An entry as the scripts reply it: with its size where it was cut. */
function peekedOf(reply: unknown): StreamEntry {
  const [, , bytes, values] = asList(reply, 'peek');
  const entry = entryOf(asRawEntry(reply, 'peek'));
  if (bytes === undefined) return entry;
  return { ...entry, cut: { bytes: asNumber(bytes, 'peek'), values: asNumber(values, 'peek') } };
}

/** What `lua/parts.lua` does, where the server may not. */
export function cutEntry([id, fields]: RawEntry, bounds: Pick<PeekBounds, 'wholeBytes'>): StreamEntry {
  if (!fields) return entryOf([id, fields]);
  let bytes = 0;
  for (const field of fields) bytes += field.length;
  if (bytes <= bounds.wholeBytes) return entryOf([id, fields]);
  const { part, others } = partsOf(bounds);
  const parts: Buffer[] = [];
  const isKept = part === 0 ? () => false : knownIn(fields);
  let left = part === 0 ? 0 : others;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const isKnown = isKept(index);
    if (!isKnown && left <= 0) continue;
    const name = upTo(fields[index] as Buffer, part);
    const value = upTo(fields[index + 1] as Buffer, part);
    if (!isKnown) left -= name.length + value.length;
    parts.push(name, value);
  }
  return { ...entryOf([id, parts]), cut: { bytes, values: fields.length } };
}

const KNOWN_NAMES: ReadonlySet<string> = new Set(KNOWN);
const MAX_KNOWN_LENGTH = 64;

/** Which fields are known by name: the last two of each. */
function knownIn(fields: readonly Buffer[]): (index: number) => boolean {
  const kept = new Set<number>();
  const seen = new Map<string, number>();
  for (let index = fields.length - (fields.length % 2) - 2; index >= 0; index -= 2) {
    const bytes = fields[index] as Buffer;
    if (bytes.length > MAX_KNOWN_LENGTH) continue;
    const name = bytes.toString('latin1');
    const count = seen.get(name) ?? 0;
    if (!KNOWN_NAMES.has(name) || count >= 2) continue;
    seen.set(name, count + 1);
    kept.add(index);
  }
  return (index) => kept.has(index);
}
