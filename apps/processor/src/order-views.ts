import { Injectable } from '@nestjs/common';
import { READ_MODELS, type OrderState } from '@shop/contracts';
import { asFields, Keyspace, RedisConnection } from 'nestjs-event-streams';
import { FACTS, stateOf, timelineOf, type TimelineEvent } from './domain/order-record.js';

/** An order, as a customer with its id can see it: without personal data. */
export interface OrderView {
  order_id: string;
  /** Null until `order_placed` was processed, even if later events were. */
  state: OrderState | null;
  /** The time from the order to its latest event, in milliseconds. */
  elapsed_ms: number;
  timeline: (TimelineEvent & { after_ms: number })[];
}

/** The whole shop in numbers. */
export interface ShopSummary {
  orders_by_state: Record<string, number>;
  revenue_by_currency: Record<string, number>;
  units_sold_by_sku: Record<string, number>;
  stock_by_sku: Record<string, number>;
  shipments_by_carrier: Record<string, number>;
}

/** Reads the read models. */
@Injectable()
export class OrderViews {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /** @returns null if no event of the order was processed yet */
  async order(orderId: string): Promise<OrderView | null> {
    const record = await this.hash(READ_MODELS.order(orderId));
    const events = timelineOf(record);
    const startMs = timeOf(events[0]);
    const timeline = events.map((event) => ({ ...event, after_ms: timeOf(event) - startMs }));
    if (timeline.length === 0) return null;
    const elapsed_ms = Math.max(...timeline.map(({ after_ms }) => after_ms));
    return { order_id: orderId, state: stateOf(record[FACTS]) ?? null, elapsed_ms, timeline };
  }

  async summary(): Promise<ShopSummary> {
    const [orders_by_state, revenue_by_currency, units_sold_by_sku, stock_by_sku, shipments_by_carrier] =
      await Promise.all([
        this.numbers(READ_MODELS.ordersByState),
        this.numbers(READ_MODELS.revenueByCurrency),
        this.numbers(READ_MODELS.unitsSoldBySku),
        this.numbers(READ_MODELS.stockBySku),
        this.numbers(READ_MODELS.shipmentsByCarrier),
      ]);
    return { orders_by_state, revenue_by_currency, units_sold_by_sku, stock_by_sku, shipments_by_carrier };
  }

  private async numbers(name: string): Promise<Record<string, number>> {
    const fields = Object.entries(await this.hash(name)).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(fields.map(([field, value]) => [field, Number(value)]));
  }

  private async hash(name: string): Promise<Record<string, string>> {
    return asFields(await this.redis.command('HGETALL', this.keyspace.ofService(name)), 'HGETALL');
  }
}

function timeOf(event: TimelineEvent | undefined): number {
  return event === undefined ? 0 : Date.parse(event.timestamp);
}
