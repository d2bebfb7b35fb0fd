import { Injectable } from '@nestjs/common';
import { ORDER_STATE } from '@shop/contracts';
import { Keyspace, RedisConnection } from 'nestjs-event-streams';

/** Records the orders that were confirmed to customers. The audit compares the stream with this record. */
@Injectable()
export class AcceptedOrders {
  private batch: { orderIds: string[]; recorded: Promise<void> } | undefined;

  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /** Resolves when the order is recorded. Orders of one turn of the event loop are recorded by one command. */
  add(orderId: string): Promise<void> {
    this.batch ??= this.newBatch();
    this.batch.orderIds.push(orderId);
    return this.batch.recorded;
  }

  private newBatch(): { orderIds: string[]; recorded: Promise<void> } {
    const orderIds: string[] = [];
    const recorded = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      this.batch = undefined;
      await this.redis.command('SADD', this.keyspace.ofService(ORDER_STATE.accepted), ...orderIds);
    });
    return { orderIds, recorded };
  }
}
