import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 500;

/**
 * What became of the entries of a stream.
 * @typedef {object} Account
 * @property {string} stream
 * @property {number} hostile hostile entries of it
 * @property {number} groups that read it
 * @property {number} refused dead letters that there ever were
 * @property {number} open entries that are pending or not delivered, over all groups
 */

/**
 * Waits until all groups have settled all entries.
 * @param {object} options
 * @param {import('../redis/connection.mjs').RedisConnection} options.connection
 * @param {string} options.prefix
 * @param {Readonly<Record<string, number>>} options.hostile number of hostile entries by stream
 * @param {number} options.deadlineMs after so long without any progress it is left at that
 * @returns {Promise<readonly Account[]>}
 */
export async function untilSettled({ connection, prefix, hostile, deadlineMs }) {
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

/**
 * @param {import('../redis/connection.mjs').RedisConnection} connection
 * @param {string} prefix
 * @param {Readonly<Record<string, number>>} hostile
 * @returns {Promise<Account[]>}
 */
async function readAccounts(connection, prefix, hostile) {
  return Promise.all(
    Object.entries(hostile).map(async ([stream, count]) => {
      const key = `${prefix}:${stream}`;
      const groups = /** @type {unknown[][]} */ (await connection.call('XINFO', 'GROUPS', key)).map(named);
      const entries = named(/** @type {unknown[]} */ (await connection.call('XINFO', 'STREAM', key)));
      const letters = await connection.call('XINFO', 'STREAM', `${key}:dead-letters`).then(
        (info) => Number(named(/** @type {unknown[]} */ (info))['entries-added']),
        () => 0, // there is none yet
      );
      const open = groups.reduce((sum, group) => {
        const lag = group['lag'] ?? Number(entries['length']);
        return sum + Number(group['pending']) + Number(lag);
      }, 0);
      return { stream, hostile: count, groups: groups.length, refused: letters, open };
    }),
  );
}

/** @param {readonly unknown[]} row names and values in turn */
function named(row) {
  return Object.fromEntries(
    row.flatMap((name, index) => (index % 2 === 0 ? [/** @type {const} */ ([String(name), row[index + 1]])] : [])),
  );
}
