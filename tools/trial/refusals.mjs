import { parseRedisAddress } from '../redis/address.mjs';
import { connectRedis } from '../redis/connection.mjs';

const DEADLINE_MS = 10_000;

/** @typedef {ReturnType<typeof watchRefusals>} Refusals */

/**
 * What Redis refuses its users: its ACL log, which it forgets when it ends, and so has to be asked for before.
 * @param {string} url of one who may read it
 */
export function watchRefusals(url) {
  /** @type {Set<string>} */
  const seen = new Set();
  return {
    /** Reads it; rejects where Redis does not answer. */
    async look() {
      const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
      try {
        const rows = /** @type {unknown[][]} */ (await connection.call('ACL', 'LOG', '128'));
        for (const row of rows) seen.add(textOf(row));
      } finally {
        connection.close();
      }
    },
    /** @returns {string[]} what was refused in all looks, a text for each kind */
    all: () => [...seen],
  };
}

/**
 * `processor may not xadd (command, lua)`
 * @param {readonly unknown[]} row names and values in turn
 */
function textOf(row) {
  const value = (/** @type {string} */ name) => String(row[row.indexOf(name) + 1]);
  return `${value('username')} may not ${value('object')} (${value('reason')}, ${value('context')})`;
}
