// A batch of orders, in each of its forms from JSON to the reply of Redis.
import { OrderPlaced } from '@shop/contracts';
import { ORDERS_SOURCE } from '../contestants/contestant.js';
import { createOrders, type Order } from '../orders.js';
import { DEFAULT_PAYLOAD_LIMITS, encode, fieldsOf, newEnvelope } from './internals.js';

/** Entries of a reply. */
export const BATCH = 100;
export const STREAM = 'bench:orders';
export const NOTES = 'bench:deliveries';
export const LIMITS = { ...DEFAULT_PAYLOAD_LIMITS, maxDepth: 32 };

interface Entry {
  readonly id: string;
  readonly fields: readonly string[];
}

/** All different, as in a stream. */
export const json: readonly string[] = createOrders(0, BATCH)
  .nextBatch(BATCH)
  .map((order) => JSON.stringify(order));
export const orders: readonly Order[] = json.map((text) => JSON.parse(text) as Order);
export const entries: readonly Entry[] = orders.map((order, index) => ({
  id: `1795452268988-${String(index)}`,
  fields: entryOf(order),
}));
/** The bytes that XREADGROUP would reply. */
export const reply: Buffer = replyOf(entries);

function entryOf(order: Order): readonly string[] {
  const envelope = newEnvelope(OrderPlaced, order, ORDERS_SOURCE, LIMITS, { correlationId: order.order_id });
  return fieldsOf(encode(envelope, LIMITS));
}

function replyOf(all: readonly Entry[]): Buffer {
  const bulk = (text: string) => `$${String(Buffer.byteLength(text))}\r\n${text}\r\n`;
  const entry = ({ id, fields }: Entry) => `*2\r\n${bulk(id)}*${String(fields.length)}\r\n${fields.map(bulk).join('')}`;
  return Buffer.from(`*1\r\n*2\r\n${bulk(STREAM)}*${String(all.length)}\r\n${all.map(entry).join('')}`);
}
