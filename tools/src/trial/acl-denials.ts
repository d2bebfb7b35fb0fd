import { parseRedisAddress } from '../redis/address.js';
import { connectRedis } from '../redis/connection.js';
import { fromPairs } from '../redis/pairs.js';

const DEADLINE_MS = 10_000;

/**
 * Collects what Redis denies its users, from its ACL log. The log must be read before Redis ends, because it is lost then.
 * @param url the URL of Redis, with a user who may read the log
 */
export function watchAclDenials(url: string) {
  const seen = new Set<string>();
  return {
    /** Reads the log. Rejects if Redis does not answer. */
    async look() {
      const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
      try {
        const rows = (await connection.call('ACL', 'LOG', '128')) as unknown[][];
        for (const row of rows) seen.add(textOf(row));
      } finally {
        connection.close();
      }
    },
    /** All denials so far, one text for each kind. */
    all: (): string[] => [...seen],
  };
}

/** `processor may not xadd (command, lua)` */
function textOf(row: readonly unknown[]) {
  const { username, object, reason, context } = fromPairs(row);
  return `${String(username)} may not ${String(object)} (${String(reason)}, ${String(context)})`;
}
