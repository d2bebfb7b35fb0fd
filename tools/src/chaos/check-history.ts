import { STREAMS } from '../trial/plan-shop.js';
import type { Entry, History, StreamName } from './history.js';
import type { CustomerOrder } from '../trial/customer.js';

/** What is wrong with a history: one text per case. All lists are empty if nothing is wrong. */
export interface HistoryProblems {
  /** Orders that were confirmed but are not in the stream. */
  readonly lost: string[];
  /** Orders, payments, sales and shipments that are in a stream more than once. */
  readonly repeated: string[];
  /** Events whose cause is missing or comes after them. */
  readonly outOfOrder: string[];
  /** Orders of the test customer that are not in the streams as the customer was told. */
  readonly notAsConfirmed: string[];
}

/** Compares what customers were told with what the streams hold. Pure. */
export function checkHistory(
  { accepted, streams }: History,
  customerOrders: readonly CustomerOrder[],
): HistoryProblems {
  const byOrder = {
    orders: groupByOrder(streams.orders),
    payments: groupByOrder(streams.payments),
    inventory: groupByOrder(streams.inventory.filter(({ isRestock }) => !isRestock)),
    shipments: groupByOrder(streams.shipments),
  };
  const confirmed = new Set([...accepted, ...customerOrders.flatMap(({ orderId }) => orderId ?? [])]);
  return {
    lost: [...confirmed].filter((orderId) => !byOrder.orders.has(orderId)).map((orderId) => `order ${orderId}`),
    repeated: [...STREAMS.flatMap((stream) => repeatedIn(byOrder[stream])), ...repeatedEvents(streams)],
    outOfOrder: outOfOrderIn(streams),
    notAsConfirmed: customerOrders.flatMap((order) => problemsOf(order, byOrder)),
  };
}

function groupByOrder(entries: readonly Entry[]) {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.orderId);
    if (group === undefined) groups.set(entry.orderId, [entry]);
    else group.push(entry);
  }
  return groups;
}

function repeatedIn(byOrder: ReadonlyMap<string, readonly Entry[]>) {
  return [...byOrder].flatMap(([orderId, entries]) =>
    entries.length === 1 ? [] : [`order ${orderId} is ${String(entries.length)} times in ${listed(entries)}`],
  );
}

/** Events with the same id. Only this check finds repeated restocks, which belong to no order. */
function repeatedEvents(streams: History['streams']) {
  const first = new Map<string, Entry>();
  const problems: string[] = [];
  for (const entry of STREAMS.flatMap((stream) => streams[stream])) {
    const earlier = first.get(entry.eventId);
    if (earlier === undefined) first.set(entry.eventId, entry);
    // repeatedIn() reports entries that belong to an order.
    else if (entry.orderId === '') problems.push(`event ${entry.eventId} is twice in ${listed([earlier, entry])}`);
  }
  return problems;
}

function outOfOrderIn(streams: History['streams']) {
  const all = STREAMS.flatMap((stream) => streams[stream]);
  // If an event is repeated, its first entry counts as the cause. repeatedEvents() reports the repetition.
  const byEventId = new Map(all.toReversed().map((entry) => [entry.eventId, entry]));
  return all.flatMap((entry) => {
    const problem = orderProblem(entry, byEventId);
    return problem === null ? [] : [`${listed([entry])} of order ${entry.correlationId} ${problem}`];
  });
}

/** Why an event is out of order, or null. Every event but a customer's order must name an earlier event as its cause. */
function orderProblem(entry: Entry, byEventId: ReadonlyMap<string, Entry>) {
  if (entry.stream === 'orders') return null;
  if (entry.causationId === '') return 'names no cause';
  const cause = byEventId.get(entry.causationId);
  if (cause === undefined) return `names the cause ${entry.causationId}, which no stream holds`;
  if (cause.correlationId !== entry.correlationId) return `was caused by another order's ${listed([cause])}`;
  return isAfter(cause, entry) ? `was caused by the later ${listed([cause])}` : null;
}

/**
 * Whether one entry was appended after another. Ids hold the server's clock, so their milliseconds can be compared across
 * streams. Their sequence numbers can be compared within one stream only.
 */
function isAfter(one: Entry, other: Entry) {
  const [oneMs = 0, oneNumber = 0] = one.id.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.id.split('-').map(Number);
  if (oneMs !== otherMs || one.stream !== other.stream) return oneMs > otherMs;
  return oneNumber >= otherNumber;
}

function problemsOf(
  { key, orderId, entryId, attempts, unexpectedAnswer }: CustomerOrder,
  byOrder: Readonly<Record<StreamName, ReadonlyMap<string, readonly Entry[]>>>,
): string[] {
  const problems = unexpectedAnswer === null ? [] : [unexpectedAnswer];
  if (orderId === null) {
    if (unexpectedAnswer === null) problems.push(`was not accepted in ${String(attempts)} attempts`);
    return problems.map((problem) => `order ${key} ${problem}`);
  }
  const entriesOf = (stream: StreamName) => byOrder[stream].get(orderId) ?? [];
  const expect = (stream: StreamName, expected: number) => {
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

function listed(entries: readonly Entry[]) {
  return entries.map(({ stream, id }) => `${stream} ${id}`).join(', ');
}
