import { orderState, type OrderState } from '@shop/contracts';

/** One event of an order, as the read model keeps it. */
export interface TimelineEvent {
  event_type: string;
  /** The stream's key. */
  stream: string;
  entry_id: string;
  event_id: string;
  source: string;
  /** The timestamp of its envelope. */
  timestamp: string;
  /** The fields of its payload that {@link SUMMARY_FIELDS} names. */
  summary: Record<string, unknown>;
}

/** The hash of one order: its events as JSON by event type, and {@link FACTS}. */
export type OrderRecord = Readonly<Record<string, string>>;

/**
 * The fields of each event that are kept and shown, in the causal order of the events. Everybody who has the order's id can read them,
 * so they contain no personal data: customer and address are in the streams only.
 */
const SUMMARY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  order_placed: ['items', 'currency', 'total_amount'],
  payment_processed: ['status', 'amount', 'currency', 'method', 'decline_reason'],
  inventory_updated: ['changes'],
  shipment_created: ['carrier', 'tracking_number', 'estimated_delivery'],
};

/** The field that lists what has happened to the order. The order's state can be derived from this field only. */
export const FACTS = 'facts';

/** What an event means for its order. */
export type OrderFact = 'placed' | 'approved' | 'declined' | 'sold' | 'shipped';

/** The value of the field {@link FACTS} after another event. */
export function withFact(facts: string | null, fact: OrderFact): string {
  return facts === null ? fact : `${facts} ${fact}`;
}

/** The state of the order; undefined until its `order_placed` was processed, even if later events were. */
export function stateOf(facts: string | null | undefined): OrderState | undefined {
  const known = new Set(facts?.split(' '));
  if (!known.has('placed')) return undefined;
  const payment = known.has('approved') ? 'approved' : known.has('declined') ? 'declined' : undefined;
  return orderState({ payment, sold: known.has('sold'), shipped: known.has('shipped') });
}

/** The events of the order, in their causal order. */
export function timelineOf(record: OrderRecord): TimelineEvent[] {
  return Object.entries(SUMMARY_FIELDS).flatMap(([step, shown]) => {
    if (record[step] === undefined) return [];
    const event = JSON.parse(record[step]) as TimelineEvent;
    // Records of earlier versions contain the customer's name.
    const known = Object.entries(event.summary).filter(([name]) => shown.includes(name));
    return [{ ...event, summary: Object.fromEntries(known) }];
  });
}
