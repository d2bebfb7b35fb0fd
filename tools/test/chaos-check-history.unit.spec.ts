import { describe, expect, it } from 'vitest';
import type { CustomerOrder } from '../src/trial/customer.js';
import type { Entry, History, StreamName } from '../src/chaos/history.js';
import { checkHistory } from '../src/chaos/check-history.js';

const STREAMS: readonly StreamName[] = ['orders', 'payments', 'inventory', 'shipments'];

function entry(stream: StreamName, id: string, orderId: string, changes: Partial<Entry> = {}): Entry {
  const cause = STREAMS[STREAMS.indexOf(stream) - 1];
  return {
    stream,
    id,
    eventId: `${stream} of ${orderId}`,
    causationId: cause === undefined ? '' : `${cause} of ${orderId}`,
    correlationId: orderId,
    orderId,
    status: stream === 'payments' ? 'approved' : '',
    isRestock: false,
    ...changes,
  };
}

type Streams = Record<StreamName, Entry[]>;

/** Two orders: one was paid and shipped, the payment of the other was declined; and a restock that the sale has caused. */
function goodStreams(): Streams {
  const restock = { orderId: '', eventId: 'restock', causationId: 'payments of paid', isRestock: true };
  return {
    orders: [entry('orders', '100-0', 'paid'), entry('orders', '100-1', 'declined')],
    payments: [entry('payments', '200-0', 'paid'), entry('payments', '200-1', 'declined', { status: 'declined' })],
    inventory: [entry('inventory', '300-0', 'paid'), entry('inventory', '300-1', 'paid', restock)],
    // Sequence numbers of different streams cannot be compared.
    shipments: [entry('shipments', '300-0', 'paid')],
  };
}

const OWN: CustomerOrder[] = [
  { key: 'k1', orderId: 'paid', entryId: '100-0', attempts: 2, unexpectedAnswer: null },
  { key: 'k2', orderId: 'declined', entryId: '100-1', attempts: 1, unexpectedAnswer: null },
];

function problemsWith(
  change: (streams: Streams) => void = () => undefined,
  own = OWN,
  accepted = ['paid', 'declined'],
) {
  const streams = goodStreams();
  change(streams);
  const history: History = { accepted: new Set(accepted), streams };
  return checkHistory(history, own);
}

describe('the check of a history', () => {
  it('finds nothing in a good one', () => {
    expect(problemsWith()).toEqual({ lost: [], repeated: [], outOfOrder: [], notAsConfirmed: [] });
  });

  it('finds an accepted order that is not in the stream', () => {
    expect(problemsWith(undefined, OWN, ['paid', 'declined', 'gone']).lost).toEqual(['order gone']);
  });

  it('finds an order that was confirmed to its customer but is not in the stream', () => {
    const told = { key: 'k3', orderId: 'gone', entryId: '101-0', attempts: 1, unexpectedAnswer: null };
    const historyProblems = problemsWith(undefined, [...OWN, told], []);
    expect(historyProblems.lost).toEqual(['order gone']);
    expect(historyProblems.notAsConfirmed[0]).toBe('order gone (k3) is 0 times in orders, expected 1');
  });

  it.each(STREAMS)('finds what is twice in %s', (stream) => {
    const { repeated, notAsConfirmed } = problemsWith((streams) => {
      streams[stream].push(entry(stream, '400-0', 'paid', { eventId: 'another' }));
    });
    expect(repeated).toHaveLength(1);
    expect(repeated[0]).toMatch(new RegExp(`^order paid is 2 times in ${stream} \\d+-0, ${stream} 400-0$`));
    expect(notAsConfirmed).toEqual([`order paid (k1) is 2 times in ${stream}, expected 1`]);
  });

  it('reports a repeated cause as repeated only, not as out of order', () => {
    const { repeated, outOfOrder } = problemsWith(({ payments }) => {
      payments.push(entry('payments', '400-0', 'paid'));
    });
    expect(repeated).toHaveLength(1);
    expect(outOfOrder).toEqual([]);
  });

  it('finds a repeated restock', () => {
    const { repeated } = problemsWith(({ inventory }) => {
      const restock = inventory.find(({ isRestock }) => isRestock);
      if (restock) inventory.push({ ...restock, id: '301-0' });
    });
    expect(repeated).toEqual(['event restock is twice in inventory 300-1, inventory 301-0']);
  });

  it.each<[string, string, Partial<Entry>]>([
    ['names no cause', 'names no cause', { causationId: '' }],
    [
      'names a cause that no stream holds',
      'names the cause nothing, which no stream holds',
      { causationId: 'nothing' },
    ],
    ['came before its cause', 'was caused by the later payments 200-0', { id: '199-9' }],
    [
      'was caused by an event of another order',
      "was caused by another order's payments 200-1",
      { causationId: 'payments of declined' },
    ],
  ])('finds an event that %s', (_what, problem, changes) => {
    const { outOfOrder } = problemsWith((streams) => {
      streams.inventory[0] = entry('inventory', '300-0', 'paid', changes);
    });
    expect(outOfOrder[0]).toContain(problem);
  });

  it.each<[string, (streams: Streams) => void, string]>([
    ['no payment', ({ payments }) => payments.shift(), 'is 0 times in payments, expected 1'],
    ['no shipment', ({ shipments }) => shipments.shift(), 'is 0 times in shipments, expected 1'],
    [
      'another entry than was confirmed',
      ({ orders }) => orders.splice(0, 1, entry('orders', '99-0', 'paid')),
      'is entry 99-0, but its customer was told 100-0',
    ],
  ])('finds an order of the test customer with %s', (_what, change, problem) => {
    expect(problemsWith(change).notAsConfirmed).toContain(`order paid (k1) ${problem}`);
  });

  it('finds an order of the test customer without an answer, or with an unexpected one', () => {
    const unanswered = { key: 'k3', orderId: null, entryId: null, attempts: 9, unexpectedAnswer: null };
    const refused = { ...unanswered, key: 'k4', attempts: 1, unexpectedAnswer: 'answered 422: …' };
    expect(problemsWith(undefined, [...OWN, unanswered, refused]).notAsConfirmed).toEqual([
      'order k3 was not accepted in 9 attempts',
      'order k4 answered 422: …',
    ]);
  });
});
