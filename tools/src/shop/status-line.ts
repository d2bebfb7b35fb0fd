import { messageOf } from '../failure.js';
import { parseRedisAddress } from '../redis/address.js';
import { connectRedis } from '../redis/connection.js';
import { formatDuration } from './duration.js';

const DEADLINE_MS = 3000;

/** The shop's streams, and what their entries are called on the screen. */
const STREAMS = { orders: 'orders', payments: 'payments', inventory: 'stock movements', shipments: 'shipments' };

export interface ShopNumbers {
  counts: Record<keyof typeof STREAMS, number>;
  pending: number;
}

/**
 * Asks Redis how far the shop has come.
 * @param prefix of the streams
 */
async function readNumbers(url: string, prefix: string): Promise<ShopNumbers> {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  try {
    const counts = { orders: 0, payments: 0, inventory: 0, shipments: 0 };
    let pending = 0;
    for (const stream of Object.keys(STREAMS) as (keyof typeof STREAMS)[]) {
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
 * @param groups each a list of names and values in turn
 */
function sumOfPending(groups: readonly unknown[]) {
  let sum = 0;
  for (const group of groups) {
    if (!Array.isArray(group)) continue;
    sum += Number(group[group.indexOf('pending') + 1] ?? 0);
  }
  return sum;
}

/** One line of numbers: `1m 5s  orders 1302  payments 1300  stock movements 1239  shipments 1237  pending 4`. */
export function formatStatus(upMs: number, { counts, pending }: ShopNumbers): string {
  const streams = Object.entries(STREAMS).map(
    ([stream, title]) => `${title} ${String(counts[stream as keyof typeof STREAMS]).padEnd(6)}`,
  );
  return [formatDuration(upMs).padEnd(7), ...streams, `pending ${String(pending)}`].join('  ');
}

/** The line to show now; where Redis does not answer, it says so instead. */
export async function statusLine({
  upMs,
  url,
  prefix,
}: {
  upMs: number;
  url: string;
  prefix: string;
}): Promise<string> {
  try {
    return formatStatus(upMs, await readNumbers(url, prefix));
  } catch (error) {
    return `${formatDuration(upMs).padEnd(7)}  ${messageOf(error)}`;
  }
}
