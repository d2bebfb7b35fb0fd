import { parseRedisAddress } from '../redis/address.mjs';
import { connectRedis } from '../redis/connection.mjs';
import { STREAMS } from '../trial/plan-shop.mjs';

const DEADLINE_MS = 10_000;
const PAGE = 500;

/** @typedef {(typeof STREAMS)[number]} StreamName */

/**
 * What the checks need of a stream entry; a text is '' where the entry has none.
 * @typedef {object} Entry
 * @property {StreamName} stream
 * @property {string} id
 * @property {string} eventId
 * @property {string} causationId
 * @property {string} correlationId
 * @property {string} orderId
 * @property {string} status of a payment
 * @property {boolean} isRestock an entry of the inventory that belongs to no order
 */

/**
 * What the shop says that happened.
 * @typedef {object} History
 * @property {ReadonlySet<string>} accepted the order service's book of the orders it has accepted
 * @property {Readonly<Record<StreamName, readonly Entry[]>>} streams in stream order
 */

/**
 * Reads the streams as they are, with nothing of the event library between.
 * @param {string} url
 * @param {string} prefix of the keys
 * @returns {Promise<History>}
 */
export async function readHistory(url, prefix) {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  try {
    const accepted = await readSet(connection, `${prefix}:order:accepted`);
    /** @type {Record<StreamName, Entry[]>} */
    const streams = { orders: [], payments: [], inventory: [], shipments: [] };
    for (const stream of STREAMS) streams[stream] = await readStream(connection, `${prefix}:${stream}`, stream);
    return { accepted, streams };
  } finally {
    connection.close();
  }
}

/**
 * @param {import('../redis/connection.mjs').RedisConnection} connection
 * @param {string} key
 */
async function readSet(connection, key) {
  /** @type {Set<string>} */
  const members = new Set();
  let cursor = '0';
  do {
    const [next, page] = /** @type {[string, string[]]} */ (
      await connection.call('SSCAN', key, cursor, 'COUNT', String(PAGE))
    );
    for (const member of page) members.add(member);
    cursor = next;
  } while (cursor !== '0');
  return members;
}

/**
 * @param {import('../redis/connection.mjs').RedisConnection} connection
 * @param {string} key
 * @param {StreamName} stream
 */
async function readStream(connection, key, stream) {
  /** @type {Entry[]} */
  const entries = [];
  for (let from = '-'; ; from = `(${entries.at(-1)?.id ?? ''}`) {
    const page = /** @type {[string, string[]][]} */ (
      await connection.call('XRANGE', key, from, '+', 'COUNT', String(PAGE))
    );
    for (const [id, fields] of page) entries.push(readEntry(stream, id, fields));
    if (page.length < PAGE) return entries;
  }
}

/**
 * @param {StreamName} stream
 * @param {string} id
 * @param {readonly string[]} fields names and values in turn
 * @returns {Entry}
 */
function readEntry(stream, id, fields) {
  const field = (/** @type {string} */ name) => {
    const at = fields.findIndex((each, index) => index % 2 === 0 && each === name);
    return at === -1 ? '' : (fields[at + 1] ?? '');
  };
  const data = /** @type {Record<string, unknown>} */ (JSON.parse(field('data')));
  return {
    stream,
    id,
    eventId: field('event_id'),
    causationId: field('causation_id'),
    correlationId: field('correlation_id'),
    orderId: String(data['order_id'] ?? ''),
    status: String(data['status'] ?? ''),
    isRestock: data['reason'] === 'restock',
  };
}
