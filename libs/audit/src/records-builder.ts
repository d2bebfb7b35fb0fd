import { InventoryUpdated, OrderPlaced, PaymentProcessed, ShipmentCreated } from '@shop/contracts';
import { eventForHandlers, type EventEnvelope } from 'nestjs-event-streams';
import type { DeadLetter } from './dead-letter.js';
import { EventKind } from './event-kind.js';
import type { StreamName } from '@shop/contracts';
import { readOrder, readPayment, readShipment, readUpdate, type EntryOrigin, type StockChange } from './records.js';
import type { OrderRecord, PaymentRecord, ShipmentRecord, UpdateRecord } from './records.js';

/** An entry that is no envelope, or whose payload is not valid: every group must have refused it. */
export interface RejectedEntry extends EntryOrigin {
  stream: StreamName;
  /** What it says that its order is, where it can be read. */
  orderId: string | undefined;
  why: string;
  /** The stock levels that it states, where it can be read. */
  changes?: readonly StockChange[];
}

/** What the streams hold, each in stream order. */
export interface Records {
  orders: readonly OrderRecord[];
  payments: readonly PaymentRecord[];
  updates: readonly UpdateRecord[];
  shipments: readonly ShipmentRecord[];
  rejected: readonly RejectedEntry[];
}

const ORDERS = new EventKind(OrderPlaced, readOrder);
const PAYMENTS = new EventKind(PaymentProcessed, readPayment);
const UPDATES = new EventKind(InventoryUpdated, readUpdate);
const SHIPMENTS = new EventKind(ShipmentCreated, readShipment);

/**
 * Turns stream entries into records.
 *
 * Class-validator takes tens of microseconds for each payload, half a minute for 200,000 orders and what follows from
 * them. So every payload's shape is checked by hand (see records.ts), and class-validator judges only those that look
 * wrong, those that a group has refused, and those that are known to be poison. What it would refuse beyond these was
 * refused by no group that read it, and so is part of what the read models must show.
 */
export class RecordsBuilder {
  private readonly orders: OrderRecord[] = [];
  private readonly payments: PaymentRecord[] = [];
  private readonly updates: UpdateRecord[] = [];
  private readonly shipments: ShipmentRecord[] = [];
  private readonly rejected: RejectedEntry[] = [];
  /** Entries that a group has refused: stream → ids. */
  private readonly refused = new Map<StreamName, Set<string>>();

  /** @param poison the `event_id` of each injected entry */
  constructor(
    private readonly poison: ReadonlySet<string>,
    deadLetters: readonly DeadLetter[],
  ) {
    for (const { stream, entryId } of deadLetters) {
      const ids = this.refused.get(stream) ?? new Set();
      this.refused.set(stream, ids.add(entryId));
    }
  }

  get records(): Records {
    const { orders, payments, updates, shipments, rejected } = this;
    return { orders, payments, updates, shipments, rejected };
  }

  /** Takes the next entry of a stream. @param bytes its fields, where they are not UTF-8 */
  add(stream: StreamName, id: string, fields: readonly string[], bytes?: readonly Buffer[]): void {
    let event: EventEnvelope;
    try {
      event = eventForHandlers({ fields, bytes });
    } catch (error) {
      const isPoison = this.poison.has(fieldOf(fields, 'event_id'));
      const orderId = fieldOf(fields, 'partition_key') || undefined;
      this.rejected.push({ id, isPoison, stream, orderId, why: (error as Error).message });
      return;
    }
    switch (stream) {
      case 'orders':
        this.take(stream, id, event, ORDERS, this.orders);
        break;
      case 'payments':
        this.take(stream, id, event, PAYMENTS, this.payments);
        break;
      case 'inventory':
        this.take(stream, id, event, UPDATES, this.updates);
        break;
      case 'shipments':
        this.take(stream, id, event, SHIPMENTS, this.shipments);
        break;
    }
  }

  private take<T extends EntryOrigin>(
    stream: StreamName,
    id: string,
    event: EventEnvelope,
    kind: EventKind<T>,
    into: T[],
  ): void {
    const isPoison = this.poison.has(event.event_id);
    const record = kind.read(event.data, { id, isPoison });
    const isSuspect = !record || isPoison || this.refused.get(stream)?.has(id) === true;
    const foreign = kind.foreign(event);
    const why = foreign ?? (isSuspect ? kind.violation(event.data) : undefined);
    if (record && why === undefined) {
      into.push(record);
      return;
    }
    const { order_id: orderId } = event.data;
    this.rejected.push({
      id,
      isPoison,
      stream,
      orderId: typeof orderId === 'string' ? orderId : undefined,
      why: why ?? 'its payload cannot be read',
      // Of what the shop itself has published: it is the shop that must not do that.
      ...(foreign === undefined && record && 'changes' in record
        ? { changes: record.changes as readonly StockChange[] }
        : {}),
    });
  }
}

function fieldOf(fields: readonly string[], name: string): string {
  for (let index = 0; index + 1 < fields.length; index += 2) if (fields[index] === name) return fields[index + 1] ?? '';
  return '';
}
