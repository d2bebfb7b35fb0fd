import type { GroupRow } from '../stream/questions.js';
import type { MonitoredEntry } from './monitored-entry.js';

/** A consumer group's position on a stream. */
export interface MonitoredGroup extends GroupRow {
  /** How old the oldest entry is that it has not been given, in milliseconds; 0 when there is none. */
  lagMs: number;
}

/** Events of a stream that a group was given, and that wait for a worker that handles them. */
export interface WaitingEvents {
  /** What they wait for: `order_placed 2`, a type and its major version; of a replayed dead letter with its handler before it. */
  awaited: string;
  count: number;
}

/** How far a group is behind on a stream. */
export interface GroupBacklog extends Pick<MonitoredGroup, 'lag' | 'lagMs' | 'pending'> {
  /** How old the oldest entry is that was delivered and is not settled, in milliseconds; 0 when there is none. */
  oldestPendingMs: number;
}

/** One stream at one moment. */
export interface StreamOverview {
  /** Without prefix. */
  name: string;
  key: string;
  /** Whether the key is there at all. */
  exists: boolean;
  length: number;
  first: MonitoredEntry | null;
  last: MonitoredEntry | null;
  deadLetters: number;
  /** Events that were appended per second since the last look at this stream; null at the first. */
  ratePerSecond: number | null;
  groups: MonitoredGroup[];
}

/** One partition of a stream at one moment. */
export interface PartitionOverview extends StreamOverview {
  /** Its number, from 0. */
  partition: number;
  /** Which worker of each group owns it; none when it is nobody's, and where there is one partition only. */
  owners: { group: string; worker: string; epoch: number }[];
}
