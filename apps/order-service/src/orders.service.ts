import { randomUUID } from 'node:crypto';
import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { OrderPlaced } from '@shop/contracts';
import { EventMonitor, EventProducer, Partitions, type ProduceOptions } from 'nestjs-event-streams';
import { AcceptedOrders } from './accepted-orders.js';
import { Catalogue } from './catalogue/catalogue.js';
import { fingerprintOf, orderOf, type PlaceOrder } from './domain/place-order.js';
import { IdempotencyKeys, type ReservedOrder } from './idempotency-keys.js';

/** The answer to an order. */
export interface PlacedOrder {
  order_id: string;
  /** Its entry in `ecommerce:orders`. */
  entry_id: string;
}

/**
 * How long after its reservation an order can be published again without a search in the stream, in milliseconds: the library detects a
 * repeated publish by its idempotency key. Well below `producer.idempotencyMs`, a day.
 */
const REPEAT_DETECTED_MS = 12 * 3_600_000;
/** A margin for a publish that is still in flight at the end of that time, and for clocks that were set back, in milliseconds. */
const MARGIN_MS = 600_000;
/** How many entries one step of the search reads. */
const PAGE = 500;

/** Accepts orders. An order is accepted when its event is in the stream. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly producer: EventProducer,
    private readonly monitor: EventMonitor,
    private readonly partitions: Partitions,
    private readonly accepted: AcceptedOrders,
    private readonly catalogue: Catalogue,
    private readonly keys: IdempotencyKeys,
  ) {}

  /**
   * Places an order. With an idempotency key, a repeated request places nothing and gets the first answer, at any later time.
   *
   * @throws BadRequestException if a sku or a price is not that of the catalogue; a repeat of an accepted order is not checked again
   * @throws UnprocessableEntityException if the key was used for another order
   */
  async place(request: PlaceOrder, idempotencyKey?: string): Promise<PlacedOrder> {
    const placed =
      idempotencyKey === undefined ? await this.placeNew(request) : await this.placeOnce(request, idempotencyKey);
    await this.accepted.add(placed.order_id);
    return placed;
  }

  private placeNew(request: PlaceOrder): Promise<PlacedOrder> {
    this.catalogue.check(request);
    return this.publish(request, randomUUID(), {});
  }

  private async placeOnce(request: PlaceOrder, key: string): Promise<PlacedOrder> {
    const fingerprint = fingerprintOf(request);
    const { reserved, nowMs } = await this.keys.reserve(key, () => {
      this.catalogue.check(request);
      return { order_id: randomUUID(), fingerprint };
    });
    if (reserved.fingerprint !== fingerprint) {
      throw new UnprocessableEntityException(
        `The Idempotency-Key ${key} was used for another order. Use a new key for a new order`,
      );
    }
    const { order_id, entry_id } = reserved;
    if (entry_id !== undefined) return { order_id, entry_id };
    const placed =
      (await this.find(key, reserved, nowMs)) ?? (await this.publish(request, order_id, { idempotencyKey: order_id }));
    await this.keys.update(key, { ...reserved, entry_id: placed.entry_id });
    return placed;
  }

  /** Searches the stream for an order whose publish was never confirmed, and is too long ago for the library to detect a repeat. */
  private async find(key: string, reserved: ReservedOrder, nowMs: number): Promise<PlacedOrder | undefined> {
    const { order_id, reserved_at } = reserved;
    if (nowMs - reserved_at < REPEAT_DETECTED_MS) return undefined;
    const partition = this.partitions.numberOf(order_id);
    const to = String(reserved_at + REPEAT_DETECTED_MS + MARGIN_MS);
    for (let from = String(reserved_at - MARGIN_MS); ;) {
      const entries = await this.monitor.entries('orders', { from, to, count: PAGE, partition });
      const entry = entries.find(({ event }) => event?.correlation_id === order_id);
      if (entry) return { order_id, entry_id: entry.id };
      const last = entries.at(-1);
      if (!last || entries.length < PAGE) break;
      from = `(${last.id}`;
    }
    // It was never published. It is published now, and the library detects repeats from now on.
    await this.keys.update(key, { ...reserved, reserved_at: nowMs });
    return undefined;
  }

  private async publish(request: PlaceOrder, orderId: string, options: ProduceOptions): Promise<PlacedOrder> {
    const order = orderOf(request, orderId, this.catalogue.withCatalogueNames(request));
    const entryId = await this.producer.publish(OrderPlaced, order, { correlationId: orderId, ...options });
    return { order_id: orderId, entry_id: entryId };
  }
}
