import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisConnection } from '../redis/connection.js';

const LOOK_EVERY_MS = 500;

/** What became of the entries of a stream. */
export interface Account {
  readonly stream: string;
  /** Hostile entries of it. */
  readonly hostile: number;
  /** That read it. */
  readonly groups: number;
  /** Dead letters that there ever were. */
  readonly refused: number;
  /** Entries that are pending or not delivered, over all groups. */
  readonly open: number;
}

interface UntilSettledOptions {
  readonly connection: RedisConnection;
  readonly prefix: string;
  /** Number of hostile entries by stream. */
  readonly hostile: Readonly<Record<string, number>>;
  /** After so long without any progress it is left at that. */
  readonly deadlineMs: number;
}

/** Waits until all groups have settled all entries. */
export async function untilSettled({
  connection,
  prefix,
  hostile,
  deadlineMs,
}: UntilSettledOptions): Promise<readonly Account[]> {
  let accounts = await readAccounts(connection, prefix, hostile);
  let progressAt = performance.now();
  while (accounts.some(({ open }) => open > 0) && performance.now() - progressAt < deadlineMs) {
    await sleep(LOOK_EVERY_MS);
    const next = await readAccounts(connection, prefix, hostile);
    if (JSON.stringify(next) !== JSON.stringify(accounts)) progressAt = performance.now();
    accounts = next;
  }
  return accounts;
}

async function readAccounts(
  connection: RedisConnection,
  prefix: string,
  hostile: Readonly<Record<string, number>>,
): Promise<Account[]> {
  return Promise.all(
    Object.entries(hostile).map(async ([stream, count]) => {
      const key = `${prefix}:${stream}`;
      const groups = ((await connection.call('XINFO', 'GROUPS', key)) as unknown[][]).map(named);
      const entries = named((await connection.call('XINFO', 'STREAM', key)) as unknown[]);
      const deadLetters = await connection.call('XINFO', 'STREAM', `${key}:dead-letters`).then(
        (info) => Number(named(info as unknown[])['entries-added']),
        () => 0, // there is none yet
      );
      const open = groups.reduce((sum, group) => {
        const lag = group['lag'] ?? Number(entries['length']);
        return sum + Number(group['pending']) + Number(lag);
      }, 0);
      return { stream, hostile: count, groups: groups.length, refused: deadLetters, open };
    }),
  );
}

/** @param row names and values in turn */
function named(row: readonly unknown[]) {
  return Object.fromEntries(
    row.flatMap((name, index) => (index % 2 === 0 ? [[String(name), row[index + 1]] as const] : [])),
  );
}
