import { orderState, type OrderState } from '@shop/contracts';

/** One event of an order, as the read model keeps it. */
export interface TimelineEvent {
  event_type: string;
  /** The stream's key, and the entry in it. */
  stream: string;
  entry_id: string;
  event_id: string;
  source: string;
  /** When it happened, by its envelope. */
  timestamp: string;
  /** What it said, in short: what {@link SHOWN} names. */
  summary: Record<string, unknown>;
}

/** The hash of one order: an event type's name → its event as JSON, and {@link FACTS}. */
export type OrderRecord = Readonly<Record<string, string>>;

/**
 * What is kept and shown of each event, in the order of cause: how far the order is, what it costs, and its shipment. Whoever has
 * the order's id reads it, and the shop's own views need no more either: who ordered, and where that is sent, is in the streams alone.
 */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  order_placed: ['items', 'currency', 'total_amount'],
  payment_processed: ['status', 'amount', 'currency', 'method', 'decline_reason'],
  inventory_updated: ['changes'],
  shipment_created: ['carrier', 'tracking_number', 'estimated_delivery'],
};

/** The field that tells in a few words what the events come to: what decides an order's state needs no other. */
export const FACTS = 'facts';

/** What one event says of its order. */
export type OrderFact = 'placed' | 'approved' | 'declined' | 'sold' | 'shipped';

/** The field's value after another event. */
export function withFact(facts: string | null, fact: OrderFact): string {
  return facts === null ? fact : `${facts} ${fact}`;
}

/** How far the order is; undefined while its placement is not known, whatever else is. */
export function stateOf(facts: string | null | undefined): OrderState | undefined {
  const known = new Set(facts?.split(' '));
  if (!known.has('placed')) return undefined;
  const payment = known.has('approved') ? 'approved' : known.has('declined') ? 'declined' : undefined;
  return orderState({ payment, sold: known.has('sold'), shipped: known.has('shipped') });
}

/** The order's events, oldest first: by their place in time, and by cause where two are of one millisecond. */
export function timelineOf(record: OrderRecord): TimelineEvent[] {
  return Object.entries(SHOWN).flatMap(([step, shown]) => {
    if (record[step] === undefined) return [];
    const event = JSON.parse(record[step]) as TimelineEvent;
    // Records that were kept by earlier versions name the customer.
    const known = Object.entries(event.summary).filter(([name]) => shown.includes(name));
    return [{ ...event, summary: Object.fromEntries(known) }];
  });
}
