import { Injectable } from '@nestjs/common';
import { ORDER_STATE } from '@shop/contracts';
import { Keyspace, RedisConnection } from 'nestjs-event-streams';

/** What is known of an Idempotency-Key. */
export interface BookedOrder {
  order_id: string;
  /** Tells whether a repeat asks for the same order. */
  fingerprint: string;
  /** From when on the order may have been published, by the clock of Redis: milliseconds since 1970. */
  reserved_at: number;
  /** Where it stands in `ecommerce:orders`; missing as long as nobody knows that it was published. */
  entry_id?: string;
}

/**
 * The lasting book of Idempotency-Keys: which order each stands for. It has no end, as the orders have none: what
 * forgets a key makes a repeat a second order.
 */
@Injectable()
export class IdempotencyBook {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {}

  /**
   * Books an order under a key, unless there is one.
   *
   * @param order is asked for when there is none; what it throws, this throws, and nothing is booked
   * @returns the order that the key stands for, and the time by the clock of Redis
   */
  async reserve(
    key: string,
    order: () => Pick<BookedOrder, 'order_id' | 'fingerprint'>,
  ): Promise<{ booked: BookedOrder; nowMs: number }> {
    const [[seconds], existing] = await this.redis.call((redis) =>
      Promise.all([redis.time(), redis.hget(this.book, key)]),
    );
    const nowMs = Number(seconds) * 1000;
    if (existing !== null) return { booked: JSON.parse(existing) as BookedOrder, nowMs };
    const mine: BookedOrder = { ...order(), reserved_at: nowMs };
    const isMine = await this.redis.call((redis) => redis.hsetnx(this.book, key, JSON.stringify(mine)));
    if (isMine === 1) return { booked: mine, nowMs };
    const others = await this.redis.call((redis) => redis.hget(this.book, key));
    return { booked: others === null ? mine : (JSON.parse(others) as BookedOrder), nowMs };
  }

  /** Notes what became of the order. */
  async note(key: string, booked: BookedOrder): Promise<void> {
    await this.redis.call((redis) => redis.hset(this.book, key, JSON.stringify(booked)));
  }

  private get book(): string {
    return this.keyspace.ofService(ORDER_STATE.idempotencyKeys);
  }
}
