import type { GroupRow } from '../stream/questions/group-questions.js';
import type { MonitoredEntry } from './monitored-entry.js';

/** A consumer group's position on a stream. */
export interface MonitoredGroup extends GroupRow {
  /** The age of the oldest entry that was not delivered to it yet, in milliseconds; 0 if there is none. */
  lagMs: number;
}

/** Deliveries of a group on a stream that wait for a worker that handles them. */
export interface WaitingEvents {
  /** A type and its major version, such as `order_placed 2`; for a replay, the handler stands before it. */
  awaited: string;
  /** How many deliveries wait for it. */
  count: number;
}

/** How far a group is behind on a stream. */
export interface GroupBacklog extends Pick<MonitoredGroup, 'lag' | 'lagMs' | 'pending'> {
  /** The age of the oldest entry that was delivered and is not settled, in milliseconds; 0 if there is none. */
  oldestPendingMs: number;
}

/** One stream at one moment. */
export interface StreamOverview {
  /** Without prefix. */
  name: string;
  /** In Redis: `ecommerce:orders`; with partitions, that of the first one. */
  key: string;
  /** Whether the stream exists. */
  exists: boolean;
  /** How many entries it has. */
  length: number;
  /** The oldest entry; null if there is none. */
  first: MonitoredEntry | null;
  /** The newest entry; null if there is none. */
  last: MonitoredEntry | null;
  /** How many dead letters it has. */
  deadLetters: number;
  /** Events appended per second since the last look at this stream; null at the first look. */
  ratePerSecond: number | null;
  /** Every consumer group of it. */
  groups: MonitoredGroup[];
}

/** One partition of a stream at one moment. */
export interface PartitionOverview extends StreamOverview {
  /** Its number, from 0. */
  partition: number;
  /** Which worker of each group owns it; empty if nobody does, and for a stream without partitions. */
  owners: { group: string; worker: string; epoch: number }[];
}
