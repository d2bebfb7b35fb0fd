import { Injectable } from '@nestjs/common';
import { ORDER_STATE } from '@shop/contracts';
import { Keyspace, RedisConnection } from 'nestjs-event-streams';

/** The book of orders that customers were told are accepted; the audit compares the stream with it. */
@Injectable()
export class AcceptedOrders {
  private open: { orderIds: string[]; booked: Promise<void> } | undefined;

  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /** Resolves when the order is in the book; all that are accepted in one turn of the event loop are booked together. */
  add(orderId: string): Promise<void> {
    this.open ??= this.page();
    this.open.orderIds.push(orderId);
    return this.open.booked;
  }

  private page(): { orderIds: string[]; booked: Promise<void> } {
    const orderIds: string[] = [];
    const booked = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      this.open = undefined;
      await this.redis.call((redis) => redis.sadd(this.keyspace.ofService(ORDER_STATE.accepted), ...orderIds));
    });
    return { orderIds, booked };
  }
}
