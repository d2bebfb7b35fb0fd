import { randomUUID } from 'node:crypto';
import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { OrderPlaced } from '@shop/contracts';
import { EventMonitor, EventProducer, Partitions, type ProduceOptions } from 'nestjs-event-streams';
import { AcceptedOrders } from './accepted-orders.js';
import { Catalogue } from './catalogue/catalogue.js';
import { fingerprintOf, orderOf, type PlaceOrder } from './domain/place-order.js';
import { IdempotencyBook, type BookedOrder } from './idempotency-book.js';

/** The answer to an order. */
export interface PlacedOrder {
  order_id: string;
  /** Where it stands in `ecommerce:orders`. */
  entry_id: string;
}

/**
 * How long after its reservation an order is published without a look at the stream, in milliseconds. Within that time the
 * library knows a repeat by its id: well within `producer.idempotencyMs`, a day.
 */
const KNOWN_AS_REPEAT_MS = 12 * 3_600_000;
/** A publish that began in that time has ended this much later, and a clock that was set back is within it, too. */
const MARGIN_MS = 600_000;
/** Entries that one step of a look at the stream reads. */
const PAGE = 500;

/** Takes orders: an order is accepted when its event is in the stream. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly producer: EventProducer,
    private readonly monitor: EventMonitor,
    private readonly partitions: Partitions,
    private readonly accepted: AcceptedOrders,
    private readonly catalogue: Catalogue,
    private readonly book: IdempotencyBook,
  ) {}

  /**
   * Places an order. With an idempotency key, a repeat places nothing and gets the first answer, however late it comes.
   *
   * @throws BadRequestException when a sku or a price is not the catalogue's; what was accepted once is asked for no more
   * @throws UnprocessableEntityException when the key was used for another order
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
    const { booked, nowMs } = await this.book.reserve(key, () => {
      this.catalogue.check(request);
      return { order_id: randomUUID(), fingerprint };
    });
    if (booked.fingerprint !== fingerprint) {
      throw new UnprocessableEntityException(
        `The Idempotency-Key ${key} was used for another order. Use a new key for a new order`,
      );
    }
    const { order_id, entry_id } = booked;
    if (entry_id !== undefined) return { order_id, entry_id };
    const placed =
      (await this.found(key, booked, nowMs)) ?? (await this.publish(request, order_id, { idempotencyKey: order_id }));
    await this.book.note(key, { ...booked, entry_id: placed.entry_id });
    return placed;
  }

  /** An order that was published when nobody lived to note it, too long ago for the library to know it by its id. */
  private async found(key: string, booked: BookedOrder, nowMs: number): Promise<PlacedOrder | undefined> {
    const { order_id, reserved_at } = booked;
    if (nowMs - reserved_at < KNOWN_AS_REPEAT_MS) return undefined;
    const partition = this.partitions.numberOf(order_id);
    const to = String(reserved_at + KNOWN_AS_REPEAT_MS + MARGIN_MS);
    for (let from = String(reserved_at - MARGIN_MS); ;) {
      const entries = await this.monitor.entries('orders', { from, to, count: PAGE, partition });
      const entry = entries.find(({ event }) => event?.correlation_id === order_id);
      if (entry) return { order_id, entry_id: entry.id };
      const last = entries.at(-1);
      if (!last || entries.length < PAGE) break;
      from = `(${last.id}`;
    }
    // It was never published. From now on it may be, and the library knows repeats of that.
    await this.book.note(key, { ...booked, reserved_at: nowMs });
    return undefined;
  }

  private async publish(request: PlaceOrder, orderId: string, options: ProduceOptions): Promise<PlacedOrder> {
    const order = orderOf(request, orderId, this.catalogue.named(request));
    const entryId = await this.producer.publish(OrderPlaced, order, { correlationId: orderId, ...options });
    return { order_id: orderId, entry_id: entryId };
  }
}
