import { parseRedisAddress } from '../redis/address.js';
import { connectRedis, type RedisConnection } from '../redis/connection.js';
import { STREAMS } from '../trial/plan-shop.js';

const DEADLINE_MS = 10_000;
const PAGE = 500;

export type StreamName = (typeof STREAMS)[number];

/** What the checks need of a stream entry. A field that the entry does not have is ''. */
export interface Entry {
  readonly stream: StreamName;
  readonly id: string;
  readonly eventId: string;
  readonly causationId: string;
  readonly correlationId: string;
  readonly orderId: string;
  /** The status of a payment; '' in other streams. */
  readonly status: string;
  /** Whether it is a stock movement that belongs to no order. */
  readonly isRestock: boolean;
}

/** What happened in the shop, as Redis holds it. */
export interface History {
  /** The ids of the orders that the order service has recorded as accepted. */
  readonly accepted: ReadonlySet<string>;
  /** The entries of each stream, in stream order. */
  readonly streams: Readonly<Record<StreamName, readonly Entry[]>>;
}

/**
 * Reads the streams directly from Redis, without the event library.
 * @param prefix the prefix of the keys
 */
export async function readHistory(url: string, prefix: string): Promise<History> {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  try {
    const accepted = await readSet(connection, `${prefix}:order:accepted`);
    const streams: Record<StreamName, Entry[]> = { orders: [], payments: [], inventory: [], shipments: [] };
    for (const stream of STREAMS) streams[stream] = await readStream(connection, `${prefix}:${stream}`, stream);
    return { accepted, streams };
  } finally {
    connection.close();
  }
}

async function readSet(connection: RedisConnection, key: string) {
  const members = new Set<string>();
  let cursor = '0';
  do {
    const [next, page] = (await connection.call('SSCAN', key, cursor, 'COUNT', String(PAGE))) as [string, string[]];
    for (const member of page) members.add(member);
    cursor = next;
  } while (cursor !== '0');
  return members;
}

async function readStream(connection: RedisConnection, key: string, stream: StreamName) {
  const entries: Entry[] = [];
  for (let from = '-'; ; from = `(${entries.at(-1)?.id ?? ''}`) {
    const page = (await connection.call('XRANGE', key, from, '+', 'COUNT', String(PAGE))) as [string, string[]][];
    for (const [id, fields] of page) entries.push(readEntry(stream, id, fields));
    if (page.length < PAGE) return entries;
  }
}

/** @param fields names and values in turn */
function readEntry(stream: StreamName, id: string, fields: readonly string[]): Entry {
  const field = (name: string) => {
    const at = fields.findIndex((each, index) => index % 2 === 0 && each === name);
    return at === -1 ? '' : (fields[at + 1] ?? '');
  };
  const data = JSON.parse(field('data')) as Record<string, unknown>;
  return {
    stream,
    id,
    eventId: field('event_id'),
    causationId: field('causation_id'),
    correlationId: field('correlation_id'),
    orderId: textOf(data['order_id']),
    status: textOf(data['status']),
    isRestock: data['reason'] === 'restock',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
