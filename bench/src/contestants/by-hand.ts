// Shared by the contestants that are written by hand: the stream, and entries like those of the library.
import type { Redis } from 'ioredis';
import type { Order } from '../orders.js';
import { ORDERS_SOURCE, PREFIX, type EventCounts } from './contestant.js';

export const STREAM = `${PREFIX}:orders`;
export const GROUP = 'workers';

/** An entry of a reply: its id, then its field names and values in turn. */
export type Entry = [id: string, fields: string[]];
/** The reply of XREADGROUP for one stream; null if nothing came in time. */
export type ReadReply = [stream: string, entries: Entry[]][] | null;

/** The index of the data among the fields of {@link entryOf}. */
const DATA_AT = 11;

const TIMESTAMP = new Date(1_700_000_000_000).toISOString();

/** The fields of an order's entry. Ids and time are ready-made: only the JSON is written here. */
export function entryOf(order: Order): string[] {
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

/** The order of an entry of {@link entryOf}. */
export function orderOf([, fields]: Entry): Order {
  return JSON.parse(fields[DATA_AT] ?? '') as Order;
}

/** Creates the group from the beginning of the stream, unless another worker has created it. */
export async function openGroup(redis: Redis): Promise<void> {
  await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM').catch((error: unknown) => {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  });
}

export async function storedIn(redis: Redis): Promise<EventCounts> {
  return { 'in the stream': await redis.xlen(STREAM) };
}

export async function settledIn(redis: Redis): Promise<EventCounts> {
  return { acknowledged: await acknowledgedOf(redis, STREAM, GROUP) };
}

/** How many entries of a stream a group has acknowledged. The group must have read all of them. */
export async function acknowledgedOf(redis: Redis, stream: string, group: string): Promise<number> {
  const [pending] = (await redis.xpending(stream, group)) as [number, ...unknown[]];
  return (await redis.xlen(stream)) - pending;
}
