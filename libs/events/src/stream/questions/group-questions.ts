import { asList, asNumber, asText, asTextOrNull, asTexts } from '../../connection/reply.js';
import { pairs } from '../entries/pairs.js';
import type { Question } from './question.js';

/** What `XINFO GROUPS` says of a group. */
export interface GroupRow {
  /** The group's. */
  name: string;
  /** How many it has, dead ones included. */
  consumers: number;
  /** Entries that were delivered and are not settled. */
  pending: number;
  /** The highest entry id that was delivered to it; `0-0` if none was. */
  lastDeliveredId: string;
  /** Entries that were ever delivered, one that was delivered twice counted once; null when Redis does not know. */
  entriesRead: number | null;
  /** Entries that were not delivered yet; null when Redis does not know, which is not 0. */
  lag: number | null;
}

/** What `XINFO CONSUMERS` says of a consumer. */
export interface ConsumerRow {
  /** The consumer's, such as `EventConsumer.name`. */
  name: string;
  /** How many entries were delivered to it and are not settled. */
  pending: number;
  /** Since it last asked for anything, in milliseconds. */
  idleMs: number;
}

/** What `XPENDING` says of a group. */
export interface PendingSummary {
  /** How many entries are pending. */
  count: number;
  /** The lowest pending id; null if there is none. */
  first: string | null;
  /** The highest pending id; null if there is none. */
  last: string | null;
  /** How many are pending for each consumer that has any. */
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

/** Rows of names and values in turn. */
function toRows(reply: unknown, command: string): ReadonlyMap<unknown, unknown>[] {
  return asList(reply, command).map((row) => new Map(pairs(asList(row, command))));
}

/** A number that Redis may not know, and that older ones do not tell. */
function asCount(value: unknown, command: string): number | null {
  return value === null || value === undefined ? null : asNumber(value, command);
}
