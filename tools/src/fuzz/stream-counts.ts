import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisConnection } from '../redis/connection.js';
import { fromPairs } from '../redis/pairs.js';

const CHECK_EVERY_MS = 500;

/** How many entries of a stream were hostile, became dead letters, or are not settled. */
export interface StreamCounts {
  readonly stream: string;
  /** How many hostile entries it got. */
  readonly hostile: number;
  /** How many groups read it. */
  readonly groups: number;
  /** How many dead letters were ever added, by all groups. */
  readonly deadLetters: number;
  /** How many entries are pending or not delivered, over all groups. */
  readonly unsettled: number;
}

interface WaitUntilSettledOptions {
  readonly connection: RedisConnection;
  readonly prefix: string;
  /** Number of hostile entries by stream. */
  readonly hostile: Readonly<Record<string, number>>;
  /** Stops waiting when nothing has changed for so long. */
  readonly deadlineMs: number;
}

/** Waits until all groups have settled all entries, or nothing has changed for `deadlineMs`. */
export async function waitUntilSettled({
  connection,
  prefix,
  hostile,
  deadlineMs,
}: WaitUntilSettledOptions): Promise<readonly StreamCounts[]> {
  let counts = await readStreamCounts(connection, prefix, hostile);
  let progressAt = performance.now();
  while (counts.some(({ unsettled }) => unsettled > 0) && performance.now() - progressAt < deadlineMs) {
    await sleep(CHECK_EVERY_MS);
    const next = await readStreamCounts(connection, prefix, hostile);
    if (JSON.stringify(next) !== JSON.stringify(counts)) progressAt = performance.now();
    counts = next;
  }
  return counts;
}

async function readStreamCounts(
  connection: RedisConnection,
  prefix: string,
  hostile: Readonly<Record<string, number>>,
): Promise<StreamCounts[]> {
  return Promise.all(
    Object.entries(hostile).map(async ([stream, count]) => {
      const key = `${prefix}:${stream}`;
      const groups = ((await connection.call('XINFO', 'GROUPS', key)) as unknown[][]).map(fromPairs);
      const entries = fromPairs((await connection.call('XINFO', 'STREAM', key)) as unknown[]);
      const deadLetters = await connection.call('XINFO', 'STREAM', `${key}:dead-letters`).then(
        (info) => Number(fromPairs(info as unknown[])['entries-added']),
        () => 0, // the stream does not exist yet
      );
      const unsettled = groups.reduce((sum, group) => {
        const lag = group['lag'] ?? Number(entries['length']);
        return sum + Number(group['pending']) + Number(lag);
      }, 0);
      return { stream, hostile: count, groups: groups.length, deadLetters: deadLetters, unsettled };
    }),
  );
}
