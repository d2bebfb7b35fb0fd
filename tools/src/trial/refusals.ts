import { parseRedisAddress } from '../redis/address.js';
import { connectRedis } from '../redis/connection.js';

const DEADLINE_MS = 10_000;

/**
 * What Redis refuses its users: its ACL log, which it forgets when it ends, and so has to be asked for before.
 * @param url of one who may read it
 */
export function watchRefusals(url: string) {
  const seen = new Set<string>();
  return {
    /** Reads it; rejects where Redis does not answer. */
    async look() {
      const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
      try {
        const rows = (await connection.call('ACL', 'LOG', '128')) as unknown[][];
        for (const row of rows) seen.add(textOf(row));
      } finally {
        connection.close();
      }
    },
    /** @returns what was refused in all looks, a text for each kind */
    all: (): string[] => [...seen],
  };
}

/**
 * `processor may not xadd (command, lua)`
 * @param row names and values in turn
 */
function textOf(row: readonly unknown[]) {
  const value = (name: string) => String(row[row.indexOf(name) + 1]);
  return `${value('username')} may not ${value('object')} (${value('reason')}, ${value('context')})`;
}
