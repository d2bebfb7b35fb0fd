import type { Redis } from 'ioredis';
import { STREAMS, type StreamName } from '@shop/contracts/facts';
import { askAtOnce, toRow, type Question } from './at-once.js';
import { READERS, replaysKey, streamKey } from './keys.js';

/** A consumer group's position on a stream. */
export interface GroupLook {
  name: string;
  /** Entries that were delivered and are not settled, and dead letters that came back and are not handled yet. */
  pending: number;
  /** Entries that were not delivered yet; null when there are some and Redis does not know how many. */
  lag: number | null;
}

/** A stream and its groups at one moment. */
export interface StreamLook {
  /** Without prefix. */
  name: StreamName;
  key: string;
  length: number;
  /** Of the last entry; undefined when there is none. */
  lastId: string | undefined;
  groups: readonly GroupLook[];
}

/** Looks at all streams of the shop, at one moment; a stream that is not there is an empty one. */
export async function lookAtStreams(redis: Redis, prefix: string): Promise<StreamLook[]> {
  return streamsIn(await askAtOnce(redis, streamQuestions(prefix)), prefix);
}

/** What {@link streamsIn} needs the answers to. */
export function streamQuestions(prefix: string): Question[] {
  return STREAMS.flatMap((name): Question[] => {
    const key = streamKey(prefix, name);
    return [
      ['xinfo', 'STREAM', key],
      ['xinfo', 'GROUPS', key],
      ...READERS[name].map((group): Question => ['xlen', replaysKey(prefix, name, group)]),
    ];
  });
}

/** The streams, out of answers that begin with those to {@link streamQuestions}. */
export function streamsIn(answers: readonly unknown[], prefix: string): StreamLook[] {
  let next = 0;
  return STREAMS.map((name) => {
    const stream = toRow(answers[next]);
    const lastId = (stream.get('last-entry') as [string, string[]] | null | undefined)?.[0];
    const replays = new Map(READERS[name].map((group, place) => [group, answers[next + 2 + place] as number]));
    const groups = ((answers[next + 1] ?? []) as unknown[]).map((reply): GroupLook => {
      const group = toRow(reply);
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

/** The lengths of all streams, as a text to compare. */
export function lengthsOf(streams: readonly StreamLook[]): string {
  return streams.map(({ length, lastId }) => `${String(length)} to ${lastId ?? '-'}`).join(', ');
}

/**
 * How many entries a group was not given yet. Ids tell for sure whether there are any; Redis' own count is null, or even
 * wrong, after entries were deleted.
 */
export function lagOf(
  counted: number | null | undefined,
  deliveredId: string,
  lastId: string | undefined,
): number | null {
  if (lastId === undefined || compareIds(deliveredId, lastId) >= 0) return 0;
  return counted === 0 ? null : (counted ?? null);
}

/** Compares as digits: a sequence number can be larger than a number of JavaScript counts. */
function compareIds(a: string, b: string): number {
  const [aMs = '0', aSequence = '0'] = a.split('-');
  const [bMs = '0', bSequence = '0'] = b.split('-');
  return compareDigits(aMs, bMs) || compareDigits(aSequence, bSequence);
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
