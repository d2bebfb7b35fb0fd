import type { RedisCommand } from '../connection/encode-command.js';
import { asList, asNumber, asText, asTextOrNull, asTexts } from '../connection/reply.js';
import { pairs } from './pairs.js';
import { asRawEntry, entryOf, type RawEntry } from './raw-entry.js';
import type { StreamEntry } from './stream-entry.js';

/** A command that looks, and how to read its reply; several go to Redis in one round trip. */
export interface Question<T> {
  readonly command: RedisCommand;
  /** @throws UnexpectedReplyError */
  read(reply: unknown): T;
  /** The answer where there is no such stream or group. */
  readonly missing: T;
  /** Whether the reply is to come as bytes, not as text. @default false */
  readonly isOfBytes?: boolean;
  /** Whether it is also the answer where this Redis user may not ask. @default false */
  readonly isOptional?: boolean;
  /** The same by ordinary commands, for a Redis user who may not run scripts. */
  readonly plain?: Question<T> | undefined;
}

/** What `XINFO STREAM` says of a stream. */
export interface StreamRow {
  length: number;
  /** Entries that were ever appended. */
  entriesAdded: number;
  first: StreamEntry | null;
  last: StreamEntry | null;
}

/** What `XINFO GROUPS` says of a group. */
export interface GroupRow {
  name: string;
  consumers: number;
  /** Entries that were delivered and are not settled. */
  pending: number;
  lastDeliveredId: string;
  /** Entries that were ever delivered, one that was delivered twice counted once; null when Redis does not know. */
  entriesRead: number | null;
  /** Entries that were not delivered yet; null when Redis does not know, which is not 0. */
  lag: number | null;
}

/** What `XINFO CONSUMERS` says of a consumer. */
export interface ConsumerRow {
  name: string;
  pending: number;
  /** Since it last asked for anything, in milliseconds. */
  idleMs: number;
}

/** What `XPENDING` says of a group. */
export interface PendingSummary {
  count: number;
  /** The lowest and the highest pending id. */
  first: string | null;
  last: string | null;
  byConsumer: Record<string, number>;
}

/** What `XPENDING` says of one pending entry. */
export interface PendingRow {
  id: string;
  consumer: string;
  /** Since it was delivered, or its claim renewed, in milliseconds. */
  idleMs: number;
  deliveries: number;
}

type Row = ReadonlyMap<unknown, unknown>;

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

/** As Redis has it: `MonitorClient.groups` corrects the lag, and is what to ask for that. */
export function groupsOf(key: string): Question<GroupRow[]> {
  return {
    command: ['XINFO', 'GROUPS', key],
    missing: [],
    read: (reply) =>
      toRows(reply, 'XINFO GROUPS').map((row) => ({
        name: asText(row.get('name'), 'XINFO GROUPS'),
        consumers: asNumber(row.get('consumers'), 'XINFO GROUPS'),
        pending: asNumber(row.get('pending'), 'XINFO GROUPS'),
        lastDeliveredId: asText(row.get('last-delivered-id'), 'XINFO GROUPS'),
        entriesRead: asCount(row.get('entries-read'), 'XINFO GROUPS'),
        lag: asCount(row.get('lag'), 'XINFO GROUPS'),
      })),
  };
}

export function consumersOf(key: string, group: string): Question<ConsumerRow[]> {
  return {
    command: ['XINFO', 'CONSUMERS', key, group],
    missing: [],
    read: (reply) =>
      toRows(reply, 'XINFO CONSUMERS').map((row) => ({
        name: asText(row.get('name'), 'XINFO CONSUMERS'),
        pending: asNumber(row.get('pending'), 'XINFO CONSUMERS'),
        idleMs: asNumber(row.get('idle'), 'XINFO CONSUMERS'),
      })),
  };
}

const NOTHING_PENDING: PendingSummary = { count: 0, first: null, last: null, byConsumer: {} };

export function pendingOf(key: string, group: string): Question<PendingSummary> {
  return {
    command: ['XPENDING', key, group],
    missing: NOTHING_PENDING,
    read: (reply) => {
      const [count, first, last, consumers] = asList(reply, 'XPENDING');
      const rows = asList(consumers ?? [], 'XPENDING').map((row) => asTexts(row, 'XPENDING'));
      return {
        count: asNumber(count, 'XPENDING'),
        first: asTextOrNull(first, 'XPENDING'),
        last: asTextOrNull(last, 'XPENDING'),
        byConsumer: Object.fromEntries(rows.map(([name = '', pending]) => [name, Number(pending)])),
      };
    },
  };
}

/** The pending entries of a group from one id to another. */
export function pendingEntries(
  key: string,
  group: string,
  from: string,
  to: string,
  count: number,
): Question<PendingRow[]> {
  return {
    command: ['XPENDING', key, group, from, to, count],
    missing: [],
    read: (reply) =>
      asList(reply, 'XPENDING').map((row) => {
        const [id, consumer, idleMs, deliveries] = asList(row, 'XPENDING');
        return {
          id: asText(id, 'XPENDING'),
          consumer: asText(consumer, 'XPENDING'),
          idleMs: asNumber(idleMs, 'XPENDING'),
          deliveries: asNumber(deliveries, 'XPENDING'),
        };
      }),
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

/** The server's clock, which entry ids are made from: milliseconds since 1970. */
export const NOW: Question<number> = {
  command: ['TIME'],
  missing: 0,
  read: (reply) => {
    const [seconds, microseconds] = asTexts(reply, 'TIME');
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  },
};

/** What Redis takes away when its memory is full; null where it does not tell. */
export const EVICTION_POLICY: Question<string | null> = {
  command: ['INFO', 'memory'],
  missing: null,
  isOptional: true,
  read: (reply) => /^maxmemory_policy:(\S+)/m.exec(asText(reply, 'INFO'))?.[1] ?? null,
};

/** One step through all keys, of which it gives the streams that fit the pattern; `next` is null at the end. */
export function scanStreams(
  cursor: string,
  pattern: string,
  count: number,
): Question<{ next: string | null; keys: string[] }> {
  return {
    command: ['SCAN', cursor, 'MATCH', pattern, 'COUNT', count, 'TYPE', 'stream'],
    missing: { next: null, keys: [] },
    read: (reply) => {
      const [next, keys] = asList(reply, 'SCAN');
      return { next: next === '0' ? null : asText(next, 'SCAN'), keys: asTexts(keys, 'SCAN') };
    },
  };
}

/** What one step through a hash has found; `next` is null at the end. */
export interface HashStep {
  found: [field: string, value: string][];
  next: string | null;
}

/** One step through a hash's fields that fit a pattern; a hash of a few hundred fields is through at once. */
export function scanHash(key: string, pattern: string, count: number, cursor = '0'): Question<HashStep> {
  return {
    command: ['HSCAN', key, cursor, 'MATCH', pattern, 'COUNT', count],
    missing: { found: [], next: null },
    read: (reply) => {
      const [next, found] = asList(reply, 'HSCAN');
      return { found: pairs(asTexts(found, 'HSCAN')), next: next === '0' ? null : asText(next, 'HSCAN') };
    },
  };
}

/** A line for each ordinary connection to the server; null where this Redis user may not see them. */
export const CLIENTS: Question<string[] | null> = {
  command: ['CLIENT', 'LIST', 'TYPE', 'normal'],
  missing: null,
  isOptional: true,
  read: (reply) =>
    asText(reply, 'CLIENT LIST')
      .split('\n')
      .filter((line) => line !== ''),
};

/** Rows of names and values in turn. */
function toRows(reply: unknown, command: string): Row[] {
  return asList(reply, command).map((row) => new Map(pairs(asList(row, command))));
}

/** A number that Redis may not know, and that older ones do not tell. */
function asCount(value: unknown, command: string): number | null {
  return value === null || value === undefined ? null : asNumber(value, command);
}

function toEntry(entry: unknown, entryOf: (entry: RawEntry) => StreamEntry): StreamEntry | null {
  return entry === null || entry === undefined ? null : entryOf(asRawEntry(entry, 'XINFO STREAM'));
}

function toEntries(reply: unknown): StreamEntry[] {
  return asList(reply, 'XRANGE').map((entry) => entryOf(asRawEntry(entry, 'XRANGE')));
}
