import { messageOf } from '../failure.js';
import { parseRedisAddress } from '../redis/address.js';
import { connectRedis } from '../redis/connection.js';
import { fromPairs } from '../redis/pairs.js';
import { formatDuration } from '../terminal/duration.js';

const DEADLINE_MS = 3000;

/** The shop's streams, and what their entries are on the screen. */
const STREAMS = { orders: 'orders', payments: 'payments', inventory: 'stock movements', shipments: 'shipments' };

export interface ShopNumbers {
  counts: Record<keyof typeof STREAMS, number>;
  pending: number;
}

/**
 * Reads the number of entries of each stream, and of pending ones.
 * @param prefix the prefix of the keys
 */
async function readNumbers(url: string, prefix: string): Promise<ShopNumbers> {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  try {
    const counts = { orders: 0, payments: 0, inventory: 0, shipments: 0 };
    let pending = 0;
    for (const stream of Object.keys(STREAMS) as (keyof typeof STREAMS)[]) {
      const key = `${prefix}:${stream}`;
      counts[stream] = Number(await connection.call('XLEN', key));
      if (counts[stream] === 0) continue; // XINFO fails if the stream does not exist
      pending += sumOfPending((await connection.call('XINFO', 'GROUPS', key)) as unknown[][]);
    }
    return { counts, pending };
  } finally {
    connection.close();
  }
}

/** The pending entries of all groups. @param groups the reply of XINFO GROUPS */
function sumOfPending(groups: readonly unknown[][]) {
  return groups.reduce((sum, group) => sum + Number(fromPairs(group)['pending'] ?? 0), 0);
}

/** One line of numbers: `1m 5s  orders 1302  payments 1300  stock movements 1239  shipments 1237  pending 4`. */
export function formatStatus(upMs: number, { counts, pending }: ShopNumbers): string {
  const streams = Object.entries(STREAMS).map(
    ([stream, title]) => `${title} ${String(counts[stream as keyof typeof STREAMS]).padEnd(6)}`,
  );
  return [formatDuration(upMs).padEnd(7), ...streams, `pending ${String(pending)}`].join('  ');
}

/** The line to show now. If Redis does not answer, the line says so. */
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
