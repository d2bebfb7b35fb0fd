import { messageOf } from '../failure.mjs';
import { parseRedisAddress } from '../redis/address.mjs';
import { connectRedis } from '../redis/connection.mjs';
import { formatDuration } from './duration.mjs';

const DEADLINE_MS = 3000;

/** The shop's streams, and what their entries are called on the screen. */
const STREAMS = { orders: 'orders', payments: 'payments', inventory: 'stock movements', shipments: 'shipments' };

/** @typedef {{ counts: Record<keyof typeof STREAMS, number>, pending: number }} ShopNumbers */

/**
 * Asks Redis how far the shop has come.
 * @param {string} url
 * @param {string} prefix of the streams
 * @returns {Promise<ShopNumbers>}
 */
async function readNumbers(url, prefix) {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  try {
    const counts = { orders: 0, payments: 0, inventory: 0, shipments: 0 };
    let pending = 0;
    for (const stream of /** @type {(keyof typeof STREAMS)[]} */ (Object.keys(STREAMS))) {
      const key = `${prefix}:${stream}`;
      counts[stream] = Number(await connection.call('XLEN', key));
      if (counts[stream] === 0) continue; // there may be no stream to ask for its groups
      const groups = await connection.call('XINFO', 'GROUPS', key);
      pending += sumOfPending(Array.isArray(groups) ? groups : []);
    }
    return { counts, pending };
  } finally {
    connection.close();
  }
}

/**
 * What the consumers of all groups have taken and not acknowledged yet.
 * @param {readonly unknown[]} groups each a list of names and values in turn
 */
function sumOfPending(groups) {
  let sum = 0;
  for (const group of groups) {
    if (!Array.isArray(group)) continue;
    sum += Number(group[group.indexOf('pending') + 1] ?? 0);
  }
  return sum;
}

/**
 * One line of numbers: `1m 5s  orders 1302  payments 1300  stock movements 1239  shipments 1237  pending 4`.
 * @param {number} upMs
 * @param {ShopNumbers} numbers
 * @returns {string}
 */
export function formatStatus(upMs, { counts, pending }) {
  const streams = Object.entries(STREAMS).map(
    ([stream, title]) => `${title} ${String(counts[/** @type {keyof typeof STREAMS} */ (stream)]).padEnd(6)}`,
  );
  return [formatDuration(upMs).padEnd(7), ...streams, `pending ${String(pending)}`].join('  ');
}

/**
 * The line to show now; where Redis does not answer, it says so instead.
 * @param {{ upMs: number, url: string, prefix: string }} options
 * @returns {Promise<string>}
 */
export async function statusLine({ upMs, url, prefix }) {
  try {
    return formatStatus(upMs, await readNumbers(url, prefix));
  } catch (error) {
    return `${formatDuration(upMs).padEnd(7)}  ${messageOf(error)}`;
  }
}
