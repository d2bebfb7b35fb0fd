import type { StreamName } from '@shop/contracts/facts';
import type { DeadLetter } from '../dead-letter.js';
import { fieldOf, readEvent, type Event } from './envelope.js';
import { whyNotOfKind, type EntryOrigin, type EventKind } from './event-kind.js';
import { inventoryUpdated, whyRejected, type StockChange, type UpdateRecord } from './inventory-updated.js';
import { methodIn } from './methods.js';
import { orderPlaced, type OrderRecord } from './order-placed.js';
import { paymentProcessed, type PaymentRecord } from './payment-processed.js';
import { shipmentCreated, type ShipmentRecord } from './shipment-created.js';

/** An entry that is not a valid event of its stream. Every group must reject it. */
export interface RejectedEntry extends EntryOrigin {
  stream: StreamName;
  /** The order that it names, if that can be read. */
  orderId: string | undefined;
  why: string;
  /** The stock levels that it states, if law 5 reports them. */
  changes?: readonly StockChange[];
}

/** The entries of the streams as records, each list in stream order. */
export interface Records {
  orders: readonly OrderRecord[];
  payments: readonly PaymentRecord[];
  updates: readonly UpdateRecord[];
  shipments: readonly ShipmentRecord[];
  rejected: readonly RejectedEntry[];
}

/** Makes records of stream entries. Which entries are valid is decided by the audit's own rules, written from the design. */
export class RecordsBuilder {
  private readonly orders: OrderRecord[] = [];
  private readonly payments: PaymentRecord[] = [];
  private readonly updates: UpdateRecord[] = [];
  private readonly shipments: ShipmentRecord[] = [];
  private readonly rejected: RejectedEntry[] = [];
  /** Entries of which a group has a dead letter: `<stream> <id>`. */
  private readonly deadLettered: ReadonlySet<string>;

  /** @param poison the `event_id` of each injected entry */
  constructor(
    private readonly poison: ReadonlySet<string>,
    deadLetters: readonly DeadLetter[],
  ) {
    this.deadLettered = new Set(deadLetters.map(({ stream, entryId }) => `${stream} ${entryId}`));
  }

  get records(): Records {
    const { orders, payments, updates, shipments, rejected } = this;
    return { orders, payments, updates, shipments, rejected };
  }

  /** Adds the next entry of a stream. @param bytes its fields, if they are not UTF-8 */
  add(stream: StreamName, id: string, fields: readonly string[], bytes?: readonly Buffer[]): void {
    const entry = { stream, id, fields, bytes };
    switch (stream) {
      case 'orders':
        this.keep(this.orders, this.read(entry, orderPlaced));
        break;
      case 'payments':
        this.keep(this.payments, this.read(entry, paymentProcessed));
        break;
      case 'inventory':
        this.keep(this.updates, this.unlessRejected(this.read(entry, inventoryUpdated)));
        break;
      case 'shipments':
        this.keep(this.shipments, this.read(entry, shipmentCreated));
        break;
    }
  }

  private keep<T extends EntryOrigin>(records: T[], read: T | RejectedEntry): void {
    if ('why' in read) this.rejected.push(read);
    else records.push(read);
  }

  private read<P, R extends EntryOrigin>(entry: Entry, kind: EventKind<P, R>): R | RejectedEntry {
    const { stream, id, fields, bytes } = entry;
    const event = readEvent(fields, bytes);
    const isPoison = this.poison.has('why' in event ? fieldOf(fields, 'event_id') : event.eventId);
    if ('why' in event) {
      return { id, isPoison, stream, orderId: fieldOf(fields, 'partition_key') || undefined, why: event.why };
    }
    const why = whyNotOfKind(event, kind) ?? kind.problem(event.data, '') ?? whyShadowing(event);
    if (why === undefined) return kind.record(event.data as P, { id, isPoison });
    const { order_id: orderId } = event.data;
    return { id, isPoison, stream, orderId: typeof orderId === 'string' ? orderId : undefined, why };
  }

  /** An update with a level below 0 counts as valid if groups have handled it, and as rejected if one has a dead letter of it. */
  private unlessRejected(update: UpdateRecord | RejectedEntry): UpdateRecord | RejectedEntry {
    if ('why' in update || !this.deadLettered.has(`inventory ${update.id}`)) return update;
    const { id, isPoison, orderId, changes } = update;
    const why = whyRejected(update);
    return why === undefined ? update : { id, isPoison, stream: 'inventory', orderId, why, changes };
  }
}

function whyShadowing({ data, json }: Event): string | undefined {
  const method = methodIn(data, json);
  return method === undefined ? undefined : `the property ${method} has the name of a method`;
}

interface Entry {
  stream: StreamName;
  id: string;
  fields: readonly string[];
  bytes: readonly Buffer[] | undefined;
}
