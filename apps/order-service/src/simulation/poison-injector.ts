import { randomUUID } from 'node:crypto';
import { ORDER_STATE } from '@shop/contracts';
import type { Poison } from '@shop/simulation';
import type { Keyspace, RedisConnection } from 'nestjs-event-streams';

/** Injects messages that must become dead letters. It does not use the producer, which would reject them. */
export class PoisonInjector {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /** Records the `event_id` before the entry is appended, so that the audit always recognizes it as poison. */
  async inject(poison: Poison): Promise<void> {
    const eventId = randomUUID();
    const envelope = {
      event_id: eventId,
      event_type: 'order_placed',
      version: '1.0',
      source: 'order_service',
      timestamp: new Date().toISOString(),
      ...(poison.kind === 'failing'
        ? { correlation_id: poison.order.order_id, partition_key: poison.order.order_id }
        : {}),
      data: dataOf(poison),
    };
    await this.redis.command('SADD', this.keyspace.ofService(ORDER_STATE.poison), eventId);
    await this.redis.command('XADD', this.keyspace.stream('orders'), '*', ...Object.entries(envelope).flat());
  }
}

function dataOf(poison: Poison): string {
  switch (poison.kind) {
    case 'malformed':
      return poison.data;
    case 'invalid':
      return JSON.stringify(poison.data);
    case 'failing':
      return JSON.stringify(poison.order);
  }
}
