import { orderState, type OrderFacts, type OrderState } from '@shop/contracts';

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
  /** What it said, in short. */
  summary: Record<string, unknown>;
}

/** The hash of one order: an event type's name → its event as JSON. */
export type OrderRecord = Readonly<Record<string, string>>;

/** How far the order is; undefined while its placement is not known, whatever else is. */
export function stateOf(record: OrderRecord): OrderState | undefined {
  if (record['order_placed'] === undefined) return undefined;
  const payment = record['payment_processed'];
  return orderState({
    payment: payment === undefined ? undefined : (parse(payment).summary['status'] as OrderFacts['payment']),
    sold: record['inventory_updated'] !== undefined,
    shipped: record['shipment_created'] !== undefined,
  });
}

/** The order's events, oldest first: by their place in time, and by cause where two are of one millisecond. */
export function timelineOf(record: OrderRecord): TimelineEvent[] {
  const steps = ['order_placed', 'payment_processed', 'inventory_updated', 'shipment_created'];
  return steps.flatMap((step) => (record[step] === undefined ? [] : [parse(record[step])]));
}

function parse(json: string): TimelineEvent {
  return JSON.parse(json) as TimelineEvent;
}
