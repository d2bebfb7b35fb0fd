import { describe, expect, it } from 'vitest';
import type { OwnOrder } from '../src/trial/customer.js';
import type { Entry, History, StreamName } from '../src/chaos/history.js';
import { judgeHistory } from '../src/chaos/judge.js';

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

/** Two orders: one was paid and shipped, the payment of the other declined; and a restock that the sale has caused. */
function goodStreams(): Streams {
  const restock = { orderId: '', eventId: 'restock', causationId: 'payments of paid', isRestock: true };
  return {
    orders: [entry('orders', '100-0', 'paid'), entry('orders', '100-1', 'declined')],
    payments: [entry('payments', '200-0', 'paid'), entry('payments', '200-1', 'declined', { status: 'declined' })],
    inventory: [entry('inventory', '300-0', 'paid'), entry('inventory', '300-1', 'paid', restock)],
    // Across streams, numbers within one millisecond say nothing.
    shipments: [entry('shipments', '300-0', 'paid')],
  };
}

const OWN: OwnOrder[] = [
  { key: 'k1', orderId: 'paid', entryId: '100-0', attempts: 2, complaint: null },
  { key: 'k2', orderId: 'declined', entryId: '100-1', attempts: 1, complaint: null },
];

function judge(change: (streams: Streams) => void = () => undefined, own = OWN, accepted = ['paid', 'declined']) {
  const streams = goodStreams();
  change(streams);
  const history: History = { accepted: new Set(accepted), streams };
  return judgeHistory(history, own);
}

describe('the judgment of a history', () => {
  it('finds nothing in a good one', () => {
    expect(judge()).toEqual({ lost: [], repeated: [], outOfOrder: [], own: [] });
  });

  it('finds an order that is in the book and not in the stream', () => {
    expect(judge(undefined, OWN, ['paid', 'declined', 'gone']).lost).toEqual(['order gone']);
  });

  it('finds an order that its customer was told of, whatever the book says', () => {
    const told = { key: 'k3', orderId: 'gone', entryId: '101-0', attempts: 1, complaint: null };
    const judgment = judge(undefined, [...OWN, told], []);
    expect(judgment.lost).toEqual(['order gone']);
    expect(judgment.own[0]).toBe('order gone (k3) is 0 times in orders, expected 1');
  });

  it.each(STREAMS)('finds what is twice in %s', (stream) => {
    const { repeated, own } = judge((streams) => {
      streams[stream].push(entry(stream, '400-0', 'paid', { eventId: 'another' }));
    });
    expect(repeated).toHaveLength(1);
    expect(repeated[0]).toMatch(new RegExp(`^order paid is 2 times in ${stream} \\d+-0, ${stream} 400-0$`));
    expect(own).toEqual([`order paid (k1) is 2 times in ${stream}, expected 1`]);
  });

  it('takes a repeated cause for repeated alone, not for out of order', () => {
    const { repeated, outOfOrder } = judge(({ payments }) => {
      payments.push(entry('payments', '400-0', 'paid'));
    });
    expect(repeated).toHaveLength(1);
    expect(outOfOrder).toEqual([]);
  });

  it('finds a restock that is there twice', () => {
    const { repeated } = judge(({ inventory }) => {
      const restock = inventory.find(({ isRestock }) => isRestock);
      if (restock) inventory.push({ ...restock, id: '301-0' });
    });
    expect(repeated).toEqual(['event restock is twice in inventory 300-1, inventory 301-0']);
  });

  it.each<[string, string, Partial<Entry>]>([
    ['names no cause', 'names no cause', { causationId: '' }],
    ['has a cause that is nowhere', 'names the cause nothing, which no stream holds', { causationId: 'nothing' }],
    ['came before its cause', 'was caused by the later payments 200-0', { id: '199-9' }],
    ['answers another order', "was caused by another order's payments 200-1", { causationId: 'payments of declined' }],
  ])('finds an event that %s', (_what, problem, changes) => {
    const { outOfOrder } = judge((streams) => {
      streams.inventory[0] = entry('inventory', '300-0', 'paid', changes);
    });
    expect(outOfOrder[0]).toContain(problem);
  });

  it.each<[string, (streams: Streams) => void, string]>([
    ['no payment', ({ payments }) => payments.shift(), 'is 0 times in payments, expected 1'],
    ['no shipment', ({ shipments }) => shipments.shift(), 'is 0 times in shipments, expected 1'],
    [
      'another entry than was told',
      ({ orders }) => orders.splice(0, 1, entry('orders', '99-0', 'paid')),
      'is entry 99-0, but its customer was told 100-0',
    ],
  ])('finds an own order with %s', (_what, change, problem) => {
    expect(judge(change).own).toContain(`order paid (k1) ${problem}`);
  });

  it('finds an own order that was never answered, or not as it must be', () => {
    const unanswered = { key: 'k3', orderId: null, entryId: null, attempts: 9, complaint: null };
    const refused = { ...unanswered, key: 'k4', attempts: 1, complaint: 'answered 422: …' };
    expect(judge(undefined, [...OWN, unanswered, refused]).own).toEqual([
      'order k3 was not accepted in 9 attempts',
      'order k4 answered 422: …',
    ]);
  });
});
