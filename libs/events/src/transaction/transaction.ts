import type { EventClass } from '../model/domain-event.js';
import type { PublishOptions } from '../model/event-to-publish.js';

/** What a transaction writes; a number is written as its text. */
export type TransactionValue = string | number;

/**
 * What a handler does to Redis, applied together with the acknowledgement of its event: once, or not at all.
 *
 * Reads are tracked: if a reply would be another one at the commit, the handler runs again. Redis answers them, except for a hash field
 * that another transaction of this worker has written: its value is the one after that transaction's commit. Writes and events are
 * buffered until the handler returns. Keys are the service's own: `stock` is `ecommerce:inventory:stock`. Reads see the state before the
 * transaction, so a key that it has written cannot be read any more (TransactionRefusedError), and writes to one key must fit each other
 * (TransactionRefusedError). After the run, that is when the handler has returned or failed or exceeded its time limit, every method
 * throws TransactionOverError, and the log has an error.
 */
export abstract class Transaction {
  // Reads

  /** The text at a key; null when it does not exist. */
  abstract get(key: string): Promise<string | null>;

  /** The value of a hash field; null when it does not exist. */
  abstract hget(key: string, field: string): Promise<string | null>;

  /** The values of several fields, in their order; null for a field that does not exist. */
  abstract hmget(key: string, fields: readonly string[]): Promise<(string | null)[]>;

  /** All fields of a hash; empty when it does not exist. */
  abstract hgetall(key: string): Promise<Record<string, string>>;

  /** Whether a key exists. */
  abstract exists(key: string): Promise<boolean>;

  /** Whether a set has a member. */
  abstract sismember(key: string, member: string): Promise<boolean>;

  /** All members of a set, in no order; empty when it does not exist. */
  abstract smembers(key: string): Promise<string[]>;

  /** The items of a list from one place to another, both included; -1 is the last item. */
  abstract lrange(key: string, start: number, stop: number): Promise<string[]>;

  /** The score of a member of a sorted set; null when it is not in the set. */
  abstract zscore(key: string, member: string): Promise<number | null>;

  /** The members of a sorted set from one rank to another, both included, lowest score first; -1 is the last rank. */
  abstract zrange(key: string, start: number, stop: number): Promise<string[]>;

  // Writes

  /**
   * Sets the text at a key, whatever it was before.
   *
   * @param options.ttlMs how long the value is kept, in milliseconds, from the commit on. @default for ever
   */
  abstract set(key: string, value: TransactionValue, options?: { ttlMs?: number }): this;

  /** Deletes a key. */
  abstract del(key: string): this;

  /** Sets how long a key is kept. @param ttlMs in milliseconds, from the commit on */
  abstract expire(key: string, ttlMs: number): this;

  /** Adds to the integer at a key; a missing one counts as 0. @param by an integer of at most 15 digits */
  abstract incrby(key: string, by: number): this;

  /** Adds to the integer in a hash field; a missing one counts as 0. @param by an integer of at most 15 digits */
  abstract hincrby(key: string, field: string, by: number): this;

  /** Sets fields of a hash; its other fields stay. */
  abstract hset(key: string, fields: Readonly<Record<string, TransactionValue>>): this;
  /** Sets a field of a hash. */
  abstract hset(key: string, field: string, value: TransactionValue): this;

  /** Deletes fields of a hash. */
  abstract hdel(key: string, ...fields: string[]): this;

  /** Adds members to a set. */
  abstract sadd(key: string, ...members: string[]): this;

  /** Removes members from a set. */
  abstract srem(key: string, ...members: string[]): this;

  /** Puts a member into a sorted set, or changes its score. @param score a finite number */
  abstract zadd(key: string, score: number, member: string): this;

  /** Adds to the score of a member of a sorted set; a missing one counts as 0. @param by a finite number */
  abstract zincrby(key: string, by: number, member: string): this;

  /** Removes members from a sorted set. */
  abstract zrem(key: string, ...members: string[]): this;

  /** Appends values to a list, at its end. */
  abstract rpush(key: string, ...values: TransactionValue[]): this;

  /** Puts values before the first item of a list, one after the other: the last one is the first item then. */
  abstract lpush(key: string, ...values: TransactionValue[]): this;

  // Events

  /** A UUID for the handler's effects. It is the same each time this handler runs for this event. */
  abstract uuid(name: string): string;

  /**
   * Publishes an event with the commit. Its `event_id` is derived from the event that is handled, so a repeated run publishes the same
   * event. Personal data of a forgotten subject is erased in it from the beginning: events of the past do not bring a subject back.
   *
   * @returns the new event's id
   * @throws EventPayloadError, EventValidationError, EventEnvelopeError as `EventProducer.publish`
   * @throws TransactionRefusedError in a Redis Cluster, when the event belongs to another partition
   */
  abstract publish<T extends object>(event: EventClass<T>, data: T, options?: Omit<PublishOptions, 'eventId'>): string;
}
