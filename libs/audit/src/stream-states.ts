import type { Redis } from 'ioredis';
import { STREAMS, type StreamName } from '@shop/contracts/facts';
import { readAtomically, toFieldMap, type ReadCommand } from './read-atomically.js';
import { READERS, replaysKey, streamKey } from './keys.js';

/** A consumer group's position on a stream. */
export interface GroupPosition {
  name: string;
  /** Entries that were delivered but not settled, and replayed dead letters that are not settled. */
  pending: number;
  /** Entries that were not delivered yet; null if there are some and Redis does not know how many. */
  lag: number | null;
}

/** A stream and its groups at one moment. */
export interface StreamState {
  /** The name without prefix. */
  name: StreamName;
  key: string;
  length: number;
  /** The id of the last entry; undefined if there is none. */
  lastId: string | undefined;
  groups: readonly GroupPosition[];
}

/** Reads the state of all streams of the shop, at one moment. A stream that does not exist is empty. */
export async function readStreamStates(redis: Redis, prefix: string): Promise<StreamState[]> {
  return streamsFrom(await readAtomically(redis, streamCommands(prefix)), prefix);
}

/** The commands whose replies {@link streamsFrom} takes. */
export function streamCommands(prefix: string): ReadCommand[] {
  return STREAMS.flatMap((name): ReadCommand[] => {
    const key = streamKey(prefix, name);
    return [
      ['xinfo', 'STREAM', key],
      ['xinfo', 'GROUPS', key],
      ...READERS[name].map((group): ReadCommand => ['xlen', replaysKey(prefix, name, group)]),
    ];
  });
}

/** The states of the streams. @param replies begin with those of {@link streamCommands} */
export function streamsFrom(replies: readonly unknown[], prefix: string): StreamState[] {
  let next = 0;
  return STREAMS.map((name) => {
    const stream = toFieldMap(replies[next]);
    const lastId = (stream.get('last-entry') as [string, string[]] | null | undefined)?.[0];
    const replays = new Map(READERS[name].map((group, index) => [group, replies[next + 2 + index] as number]));
    const groups = ((replies[next + 1] ?? []) as unknown[]).map((reply): GroupPosition => {
      const group = toFieldMap(reply);
      return {
        name: group.get('name') as string,
        pending: (group.get('pending') as number) + (replays.get(group.get('name') as string) ?? 0),
        lag: lagOf(group.get('lag') as number | null | undefined, group.get('last-delivered-id') as string, lastId),
      };
    });
    next += 2 + READERS[name].length;
    const length = (stream.get('length') as number | undefined) ?? 0;
    return { name, key: streamKey(prefix, name), length, lastId, groups };
  });
}

/** The lengths of all streams as one text, which changes whenever an entry is appended. */
export function lengthsOf(streams: readonly StreamState[]): string {
  return streams.map(({ length, lastId }) => `${String(length)} to ${lastId ?? '-'}`).join(', ');
}

/**
 * How many entries were not delivered to a group yet. The ids say reliably whether there are any. The count of Redis is null or
 * even wrong after entries were deleted.
 */
export function lagOf(
  counted: number | null | undefined,
  deliveredId: string,
  lastId: string | undefined,
): number | null {
  if (lastId === undefined || compareIds(deliveredId, lastId) >= 0) return 0;
  return counted === 0 ? null : (counted ?? null);
}

/** Compares ids by their digits, because a sequence number can be too large for a number of JavaScript. */
function compareIds(a: string, b: string): number {
  const [aMs = '0', aSequence = '0'] = a.split('-');
  const [bMs = '0', bSequence = '0'] = b.split('-');
  return compareDigits(aMs, bMs) || compareDigits(aSequence, bSequence);
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
