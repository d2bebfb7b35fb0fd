import { STREAMS, type StreamName } from '@shop/contracts/facts';
import { readDeadLetter } from '../src/dead-letter.js';
import type { GroupPosition } from '../src/stream-states.js';
import { READERS, type ReadModelName } from '../src/keys.js';
import { RecordsBuilder } from '../src/events/records-builder.js';
import type { Snapshot } from '../src/snapshot.js';

export interface Line {
  sku: string;
  quantity: number;
}

export interface Entry {
  id: string;
  fields: string[];
}

type Fields = Readonly<Record<string, unknown>>;

const EVENT_TYPES: Readonly<Record<StreamName, string>> = {
  orders: 'order_placed',
  payments: 'payment_processed',
  inventory: 'inventory_updated',
  shipments: 'shipment_created',
};
const SOURCES: Readonly<Record<StreamName, string>> = {
  orders: 'order_service',
  payments: 'payment_service',
  inventory: 'inventory_service',
  shipments: 'shipping_service',
};
const ADDRESS = { street: '1 High Street', city: 'York', postal_code: 'YO1 8QT', country: 'GB' };
const UNIT_PRICE = 250;

/**
 * A small shop in memory: it appends the entries that the services would append, and updates the read models as the processor
 * would. Tests break a law by a call that the services would not make.
 */
export class TestShop {
  readonly streams: Record<StreamName, Entry[]> = { orders: [], payments: [], inventory: [], shipments: [] };
  readonly deadLetters: Record<StreamName, Entry[]> = { orders: [], payments: [], inventory: [], shipments: [] };
  readonly accepted = new Set<string>();
  readonly poison = new Set<string>();
  readonly groups: Record<StreamName, GroupPosition[]>;
  readonly readModels: Record<ReadModelName, Map<string, string>> = {
    ordersByState: new Map(),
    revenueByCurrency: new Map(),
    unitsSoldBySku: new Map(),
    stockBySku: new Map(),
    shipmentsByCarrier: new Map(),
  };
  readonly pendingIds = new Map<string, string[]>();
  private readonly stock = new Map<string, number>();
  private ids = 0;

  constructor() {
    const groupsOf = (stream: StreamName): GroupPosition[] =>
      [...READERS[stream]].sort().map((name) => ({ name, pending: 0, lag: 0 }));
    this.groups = {
      orders: groupsOf('orders'),
      payments: groupsOf('payments'),
      inventory: groupsOf('inventory'),
      shipments: groupsOf('shipments'),
    };
  }

  /** A new UUID with each call. */
  uuid(): string {
    this.ids += 1;
    return `00000000-0000-4000-8000-${String(this.ids).padStart(12, '0')}`;
  }

  /** Appends an event of the stream's type. @returns the entry, and the event's id in `eventId` */
  append(stream: StreamName, data: Fields | string, envelope: Fields = {}): Entry & { eventId: string } {
    const entries = this.streams[stream];
    const eventId = this.uuid();
    const event = {
      event_id: eventId,
      event_type: EVENT_TYPES[stream],
      timestamp: '2026-11-23T12:00:00.000Z',
      version: '1.0',
      source: SOURCES[stream],
      data: typeof data === 'string' ? data : JSON.stringify(data),
      ...envelope,
    };
    this.ids += 1;
    const entry = { id: `${String(1000 * this.ids)}-0`, fields: Object.entries(event).flat().map(String) };
    entries.push(entry);
    return { ...entry, eventId };
  }

  /** An accepted order, in state `placed`. @returns its id */
  order(items: readonly Line[], data: Fields = {}): string {
    const orderId = this.uuid();
    this.placeOrder(orderId, items, data);
    this.accepted.add(orderId);
    this.count('ordersByState', 'placed', 1);
    return orderId;
  }

  placeOrder(
    orderId: string,
    items: readonly Line[],
    data: Fields = {},
    envelope: Fields = {},
  ): Entry & { eventId: string } {
    const payload = {
      order_id: orderId,
      customer: { customer_id: this.uuid(), name: 'Ada Lovelace', email: 'ada@example.com' },
      items: items.map((line) => ({ ...line, name: `The ${line.sku}`, unit_price: UNIT_PRICE })),
      currency: 'EUR',
      total_amount: this.priceOf(items),
      shipping_address: ADDRESS,
      ...data,
    };
    return this.append('orders', payload, envelope);
  }

  pay(orderId: string, items: readonly Line[], data: Fields = {}): Entry {
    const payment = { status: 'approved', amount: this.priceOf(items), currency: 'EUR', ...data };
    if (payment.status === 'approved') this.count('revenueByCurrency', payment.currency, payment.amount);
    return this.append('payments', { payment_id: this.uuid(), order_id: orderId, method: 'card', ...payment });
  }

  /** @param misstated is added to the stock level that the event states */
  sell(orderId: string, items: readonly Line[], misstated = 0): Entry {
    for (const { sku, quantity } of items) this.count('unitsSoldBySku', sku, quantity);
    const changes = items.map(({ sku, quantity }) => this.change(sku, -quantity, misstated));
    return this.append('inventory', { reason: 'sale', order_id: orderId, changes });
  }

  restock(sku: string, quantity: number): Entry {
    return this.append('inventory', { reason: 'restock', changes: [this.change(sku, quantity, 0)] });
  }

  ship(orderId: string, items: readonly Line[]): Entry {
    this.count('shipmentsByCarrier', 'Parcel Force', 1);
    return this.append('shipments', {
      shipment_id: this.uuid(),
      order_id: orderId,
      carrier: 'Parcel Force',
      tracking_number: 'PF 1',
      items,
      shipping_address: ADDRESS,
      estimated_delivery: '2026-11-25T18:00:00.000Z',
    });
  }

  /** An order with its payment, sale and shipment. @returns its id */
  completeOrder(items: readonly Line[]): string {
    const orderId = this.order(items);
    this.pay(orderId, items);
    this.sell(orderId, items);
    this.ship(orderId, items);
    this.move('placed', 'shipped');
    return orderId;
  }

  /** An order whose payment is declined. @returns its id */
  declinedOrder(items: readonly Line[]): string {
    const orderId = this.order(items);
    this.pay(orderId, items, { status: 'declined', decline_reason: 'no funds' });
    this.move('placed', 'declined');
    return orderId;
  }

  /** Makes an entry a dead letter of a group. */
  addDeadLetter(stream: StreamName, entry: Entry, group: string, about: Fields = {}): Entry {
    const deadLetter = {
      stream: `ecommerce:${stream}`,
      entry_id: entry.id,
      group,
      handler: 'Handlers.on',
      reason: 'exhausted',
      attempts: '5',
      error_name: 'GatewayError',
      error_message: 'the gateway is down',
      ...about,
    };
    this.ids += 1;
    const original = entry.fields.map((text, index) => (index % 2 === 0 ? `entry.${text}` : text));
    const dead = {
      id: `${String(1000 * this.ids)}-0`,
      fields: [...Object.entries(deadLetter).flat().map(String), ...original],
    };
    this.deadLetters[stream].push(dead);
    return dead;
  }

  /** Appends an entry that is not a valid event, with a dead letter of each group that reads its stream. */
  addInvalid(stream: StreamName, data: Fields | string, envelope: Fields = {}): Entry & { eventId: string } {
    const entry = this.append(stream, data, envelope);
    for (const group of READERS[stream])
      this.addDeadLetter(stream, entry, group, { reason: 'invalid', error_name: 'EventValidationError' });
    return entry;
  }

  /** Moves an order in `orders_by_state`. */
  move(from: string, to: string): void {
    this.count('ordersByState', from, -1);
    this.count('ordersByState', to, 1);
  }

  count(model: ReadModelName, field: string, by: number): void {
    const counts = this.readModels[model];
    counts.set(field, String(Number(counts.get(field) ?? 0) + by));
  }

  /** Changes one group's position. */
  leave(stream: StreamName, group: string, work: Partial<GroupPosition>): void {
    this.groups[stream] = this.groups[stream].map((look) => (look.name === group ? { ...look, ...work } : look));
  }

  /** What the audit would read of this shop. */
  snapshot(): Snapshot {
    const deadLetters = STREAMS.flatMap((stream) =>
      this.deadLetters[stream].map(({ id, fields }) => readDeadLetter(stream, id, fields, this.poison)),
    );
    const builder = new RecordsBuilder(this.poison, deadLetters);
    for (const stream of STREAMS) for (const { id, fields } of this.streams[stream]) builder.add(stream, id, fields);
    const streams = STREAMS.map((name) => ({
      name,
      key: `ecommerce:${name}`,
      length: this.streams[name].length,
      lastId: this.streams[name].at(-1)?.id,
      groups: this.groups[name],
    }));
    const { accepted, readModels, pendingIds } = this;
    return {
      prefix: 'ecommerce',
      accepted,
      deadLetters: deadLetters,
      settledDeadLetters: new Set(),
      ...builder.records,
      readModels,
      streams,
      pendingIds,
    };
  }

  private change(sku: string, change: number, misstated: number): Fields {
    const level = (this.stock.get(sku) ?? 0) + change;
    this.stock.set(sku, level);
    this.count('stockBySku', sku, change);
    return { sku, quantity_change: change, stock_level: level + misstated };
  }

  private priceOf(items: readonly Line[]): number {
    return items.reduce((total, { quantity }) => total + quantity * UNIT_PRICE, 0);
  }
}
