import { STREAMS } from '../trial/plan-shop.mjs';

/** @typedef {import('./history.mjs').Entry} Entry */
/** @typedef {import('./history.mjs').History} History */
/** @typedef {import('../trial/customer.mjs').OwnOrder} OwnOrder */

/**
 * What is wrong with a history, a text for each case; all empty where nothing is.
 * @typedef {object} Judgment
 * @property {string[]} lost orders that were confirmed and are not in the stream
 * @property {string[]} repeated orders, payments, sales and shipments that are there twice
 * @property {string[]} outOfOrder events whose cause is not there or came after them
 * @property {string[]} own what the chaos' own customer was told and is not so
 */

/**
 * Compares what customers were told with what the streams hold. Pure.
 * @param {History} history
 * @param {readonly OwnOrder[]} ownOrders
 * @returns {Judgment}
 */
export function judgeHistory({ accepted, streams }, ownOrders) {
  const byOrder = {
    orders: groupByOrder(streams.orders),
    payments: groupByOrder(streams.payments),
    inventory: groupByOrder(streams.inventory.filter(({ isRestock }) => !isRestock)),
    shipments: groupByOrder(streams.shipments),
  };
  const told = new Set([...accepted, ...ownOrders.flatMap(({ orderId }) => orderId ?? [])]);
  return {
    lost: [...told].filter((orderId) => !byOrder.orders.has(orderId)).map((orderId) => `order ${orderId}`),
    repeated: [...STREAMS.flatMap((stream) => repeatedIn(byOrder[stream])), ...repeatedEvents(streams)],
    outOfOrder: outOfOrderIn(streams),
    own: ownOrders.flatMap((order) => problemsOf(order, byOrder)),
  };
}

/** @param {readonly Entry[]} entries */
function groupByOrder(entries) {
  /** @type {Map<string, Entry[]>} */
  const groups = new Map();
  for (const entry of entries) {
    const group = groups.get(entry.orderId);
    if (group === undefined) groups.set(entry.orderId, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** @param {ReadonlyMap<string, readonly Entry[]>} byOrder */
function repeatedIn(byOrder) {
  return [...byOrder].flatMap(([orderId, entries]) =>
    entries.length === 1 ? [] : [`order ${orderId} is ${String(entries.length)} times in ${listed(entries)}`],
  );
}

/**
 * The same event twice: restocks, which belong to no order, are found by this alone.
 * @param {History['streams']} streams
 */
function repeatedEvents(streams) {
  /** @type {Map<string, Entry>} */
  const first = new Map();
  /** @type {string[]} */
  const problems = [];
  for (const entry of STREAMS.flatMap((stream) => streams[stream])) {
    const earlier = first.get(entry.eventId);
    if (earlier === undefined) first.set(entry.eventId, entry);
    // Two entries of one order are counted already.
    else if (entry.orderId === '') problems.push(`event ${entry.eventId} is twice in ${listed([earlier, entry])}`);
  }
  return problems;
}

/** @param {History['streams']} streams */
function outOfOrderIn(streams) {
  const all = STREAMS.flatMap((stream) => streams[stream]);
  // Where an event is there twice, the first is the cause: that it is repeated is told already.
  const byEventId = new Map(all.toReversed().map((entry) => [entry.eventId, entry]));
  return all.flatMap((entry) => {
    const problem = orderProblem(entry, byEventId);
    return problem === null ? [] : [`${listed([entry])} of order ${entry.correlationId} ${problem}`];
  });
}

/**
 * Why an event cannot be where it is, or null. Only customers' orders have no cause.
 * @param {Entry} entry
 * @param {ReadonlyMap<string, Entry>} byEventId
 */
function orderProblem(entry, byEventId) {
  if (entry.stream === 'orders') return null;
  if (entry.causationId === '') return 'names no cause';
  const cause = byEventId.get(entry.causationId);
  if (cause === undefined) return `names the cause ${entry.causationId}, which no stream holds`;
  if (cause.correlationId !== entry.correlationId) return `was caused by another order's ${listed([cause])}`;
  return isAfter(cause, entry) ? `was caused by the later ${listed([cause])}` : null;
}

/**
 * Whether one entry was appended after another: the clock of the ids is the server's, so milliseconds can be compared across
 * streams; the numbers within one count in each stream anew.
 * @param {Entry} one
 * @param {Entry} other
 */
function isAfter(one, other) {
  const [oneMs = 0, oneNumber = 0] = one.id.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.id.split('-').map(Number);
  if (oneMs !== otherMs || one.stream !== other.stream) return oneMs > otherMs;
  return oneNumber >= otherNumber;
}

/**
 * @param {OwnOrder} order
 * @param {Readonly<Record<import('./history.mjs').StreamName, ReadonlyMap<string, readonly Entry[]>>>} byOrder
 * @returns {string[]}
 */
function problemsOf({ key, orderId, entryId, attempts, complaint }, byOrder) {
  const problems = complaint === null ? [] : [complaint];
  if (orderId === null) {
    if (complaint === null) problems.push(`was not accepted in ${String(attempts)} attempts`);
    return problems.map((problem) => `order ${key} ${problem}`);
  }
  const entriesOf = (/** @type {import('./history.mjs').StreamName} */ stream) => byOrder[stream].get(orderId) ?? [];
  const expect = (/** @type {import('./history.mjs').StreamName} */ stream, /** @type {number} */ expected) => {
    const found = entriesOf(stream).length;
    if (found !== expected) problems.push(`is ${String(found)} times in ${stream}, expected ${String(expected)}`);
  };
  expect('orders', 1);
  expect('payments', 1);
  const sold = entriesOf('payments')[0]?.status === 'approved' ? 1 : 0;
  expect('inventory', sold);
  expect('shipments', sold);
  const placedAs = entriesOf('orders')[0]?.id;
  if (placedAs !== undefined && placedAs !== entryId) {
    problems.push(`is entry ${placedAs}, but its customer was told ${String(entryId)}`);
  }
  return problems.map((problem) => `order ${orderId} (${key}) ${problem}`);
}

/** @param {readonly Entry[]} entries */
function listed(entries) {
  return entries.map(({ stream, id }) => `${stream} ${id}`).join(', ');
}
