// What the contestants that are written by hand share: the stream, and an entry as the library would write it.
import { ORDERS_SOURCE, PREFIX } from './contestant.mjs';

export const STREAM = `${PREFIX}:orders`;
export const GROUP = 'workers';

/** Where the data are among the fields of {@link entryOf}. */
export const DATA_AT = 11;

const TIMESTAMP = new Date(1_700_000_000_000).toISOString();

/**
 * The fields of an order's entry; ids and time are there already, only the JSON is made here.
 * @param {import('../orders.mjs').Order} order
 */
export function entryOf(order) {
  // prettier-ignore
  return [
    'event_id', order.order_id,
    'event_type', 'order_placed',
    'timestamp', TIMESTAMP,
    'version', '1.0',
    'source', ORDERS_SOURCE,
    'data', JSON.stringify(order),
    'partition_key', order.order_id,
  ];
}

/**
 * Makes the group, from the beginning of the stream, unless another worker has made it.
 * @param {import('ioredis').Redis} redis
 */
export async function openGroup(redis) {
  await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM').catch((/** @type {Error} */ error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
}

/** @param {import('ioredis').Redis} redis */
export async function settledIn(redis) {
  const [pending] = /** @type {[number, ...unknown[]]} */ (await redis.xpending(STREAM, GROUP));
  return { acknowledged: (await redis.xlen(STREAM)) - pending };
}
