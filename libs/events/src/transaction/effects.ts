import type { Unsealed } from '../personal/unsealed.js';
import type { LaidOut } from '../stream/entries/layouts.js';
import type { ServerCheck } from './write-guard.js';

/** A read that the commit checks again. */
export interface TrackedRead {
  command: string;
  key: string;
  args: readonly string[];
  digest: string;
}

/** A write that the commit applies. */
export interface BufferedWrite extends ServerCheck {
  command: string;
  key: string;
  args: readonly string[];
}

/** An event that the commit publishes. */
export interface BufferedEvent extends LaidOut {
  type: string;
  streamName: string;
  streamKey: string;
}

/** What a transaction did: all that its commit needs. */
export interface TransactionEffects {
  reads: readonly TrackedRead[];
  writes: readonly BufferedWrite[];
  events: readonly BufferedEvent[];
  /** Personal data of the events, encrypted when they are sent. */
  unsealed: readonly Unsealed[];
}

export function isEmpty({ reads, writes, events }: TransactionEffects): boolean {
  return reads.length + writes.length + events.length === 0;
}

/** A list with one more item. Most transactions have one item: a list with room for more would take much of their memory. */
export function withLast<T>(list: readonly T[], last: T): readonly T[] {
  if (list.length === 0) return [last];
  (list as T[]).push(last);
  return list;
}

/** Parts of a list that each fit into one command. */
export function chunks<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  if (values.length === 0) return [];
  if (values.length <= size) return [values];
  const parts: T[][] = [];
  for (let first = 0; first < values.length; first += size) parts.push(values.slice(first, first + size));
  return parts;
}
