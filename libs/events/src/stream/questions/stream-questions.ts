import { asList, asNumber } from '../../connection/reply.js';
import { pairs } from '../entries/pairs.js';
import type { Question } from './question.js';
import { asRawEntry, entryOf, type RawEntry } from '../entries/raw-entry.js';
import type { StreamEntry } from '../entries/stream-entry.js';

/** What `XINFO STREAM` says of a stream. */
export interface StreamRow {
  length: number;
  /** Entries that were ever appended. */
  entriesAdded: number;
  first: StreamEntry | null;
  last: StreamEntry | null;
}

/** `missing` is null: there is no such stream. @param entryOf makes what is kept of its first and its last entry */
export function streamInfo(key: string, entryOf: (entry: RawEntry) => StreamEntry): Question<StreamRow | null> {
  return {
    command: ['XINFO', 'STREAM', key],
    missing: null,
    isOfBytes: true,
    read: (reply) => {
      const row = new Map(pairs(asList(reply, 'XINFO STREAM')).map(([name, value]) => [String(name), value]));
      return {
        length: asNumber(row.get('length'), 'XINFO STREAM'),
        entriesAdded: asNumber(row.get('entries-added') ?? 0, 'XINFO STREAM'),
        first: toEntry(row.get('first-entry'), entryOf),
        last: toEntry(row.get('last-entry'), entryOf),
      };
    },
  };
}

/** Entries from the lower to the higher id, oldest first. */
export function range(key: string, from: string, to: string, count: number): Question<StreamEntry[]> {
  return { command: ['XRANGE', key, from, to, 'COUNT', count], missing: [], isOfBytes: true, read: toEntries };
}

/** Entries from the higher to the lower id, newest first. */
export function rangeBack(key: string, to: string, from: string, count: number): Question<StreamEntry[]> {
  return { command: ['XREVRANGE', key, to, from, 'COUNT', count], missing: [], isOfBytes: true, read: toEntries };
}

/** The id of a stream's last entry; null where there is none, undefined where this Redis user may not ask. */
export function lastIdOf(key: string): Question<string | null | undefined> {
  return {
    command: ['XREVRANGE', key, '+', '-', 'COUNT', 1],
    isOfBytes: true,
    missing: undefined,
    isOptional: true,
    read: (reply) => toEntries(reply)[0]?.id ?? null,
  };
}

export function lengthOf(key: string): Question<number> {
  return { command: ['XLEN', key], missing: 0, read: (reply) => asNumber(reply, 'XLEN') };
}

function toEntry(entry: unknown, entryOf: (entry: RawEntry) => StreamEntry): StreamEntry | null {
  return entry === null || entry === undefined ? null : entryOf(asRawEntry(entry, 'XINFO STREAM'));
}

function toEntries(reply: unknown): StreamEntry[] {
  return asList(reply, 'XRANGE').map((entry) => entryOf(asRawEntry(entry, 'XRANGE')));
}
