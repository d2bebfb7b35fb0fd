import { Injectable } from '@nestjs/common';
import { Keyspace, RedisConnection } from 'nestjs-event-streams';

/** The book of orders that customers were told are accepted; the audit compares the stream with it. */
@Injectable()
export class AcceptedOrders {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  async add(...orderIds: string[]): Promise<void> {
    if (orderIds.length > 0)
      await this.redis.call((redis) => redis.sadd(this.keyspace.ofService('accepted'), ...orderIds));
  }
}
