import { Injectable } from '@nestjs/common';
import { ORDER_STATE } from '@shop/contracts';
import { asTextOrNull, asTexts, Keyspace, RedisConnection } from 'nestjs-event-streams';

/** The order of an Idempotency-Key. */
export interface ReservedOrder {
  order_id: string;
  /** The digest of the request, to detect a repeat that asks for another order. */
  fingerprint: string;
  /** The time from which on the order may have been published, by the clock of Redis: milliseconds since 1970. */
  reserved_at: number;
  /** Its entry in `ecommerce:orders`; missing until it is confirmed that it was published. */
  entry_id?: string;
}

/**
 * Stores the order of each Idempotency-Key. Keys never expire, like the orders: without its key, a repeated request would place a second
 * order.
 */
@Injectable()
export class IdempotencyKeys {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /**
   * Reserves a key for an order, unless it is reserved already.
   *
   * @param order makes the order if the key is new; if it throws, nothing is reserved
   * @returns the order of the key, and the time by the clock of Redis
   */
  async reserve(
    key: string,
    order: () => Pick<ReservedOrder, 'order_id' | 'fingerprint'>,
  ): Promise<{ reserved: ReservedOrder; nowMs: number }> {
    const [time, existing] = await Promise.all([this.redis.command('TIME'), this.find(key)]);
    const nowMs = Number(asTexts(time, 'TIME')[0]) * 1000;
    if (existing) return { reserved: existing, nowMs };
    const created: ReservedOrder = { ...order(), reserved_at: nowMs };
    const isNew = await this.redis.command('HSETNX', this.hash, key, JSON.stringify(created));
    if (isNew === 1) return { reserved: created, nowMs };
    return { reserved: (await this.find(key)) ?? created, nowMs };
  }

  /** Replaces the order of a key. */
  async update(key: string, reserved: ReservedOrder): Promise<void> {
    await this.redis.command('HSET', this.hash, key, JSON.stringify(reserved));
  }

  private async find(key: string): Promise<ReservedOrder | null> {
    const found = asTextOrNull(await this.redis.command('HGET', this.hash, key), 'HGET');
    return found === null ? null : (JSON.parse(found) as ReservedOrder);
  }

  private get hash(): string {
    return this.keyspace.ofService(ORDER_STATE.idempotencyKeys);
  }
}
