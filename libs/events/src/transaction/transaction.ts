import type { EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { TransactionRefusedError } from '../model/errors/transaction.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import { MAX_VALUES } from '../stream/server-limits.js';
import { BufferedWrites, finite, integer, positive } from './buffered-writes.js';
import { derivedUuid, uuidSeed, type UuidSeed } from './derived-uuid.js';
import { chunks, type TransactionEffects } from './effects.js';
import { lateCall, lateRead } from './late-calls.js';
import { Outbox, type OutboxParts } from './outbox.js';
import { asIs, fieldsOf, isOne, scoreOf } from './replies.js';
import { TrackedReads } from './tracked-reads.js';
import type { WorkerReads } from './worker-reads.js';
import type { KeyType } from './write-guard.js';

/** What every transaction of a worker needs. */
export interface TransactionParts extends OutboxParts {
  reads: WorkerReads;
  /** Encrypt the personal data of published events. */
  subjectKeys: SubjectKeys;
}

/** What a transaction writes; a number is written as its text. */
export type TransactionValue = string | number;

const NONE: readonly never[] = [];

/**
 * For the worker alone, so no public constructor.
 *
 * @param cause the event that is handled: published events get its correlation id, and name it as their cause
 * @param readsPlainly whether only Redis answers reads
 */
export let newTransaction: (
  parts: TransactionParts,
  cause: EventEnvelope<object>,
  handler: string,
  readsPlainly?: boolean,
) => Transaction;
/** For the worker alone, so no method: the run is over, and every method throws from now on. */
export let endTransaction: (transaction: Transaction) => void;
/** For the worker alone: what the transaction has read, written and published so far. */
export let effectsOf: (transaction: Transaction) => TransactionEffects;
/** For the worker alone: the transaction is being committed. From now on others of this worker may read what it writes. */
export let handOver: (transaction: Transaction) => TransactionEffects;
/** For the worker alone: the run is over, and nothing of it was or will be applied. */
export let rollBack: (transaction: Transaction) => void;
/** For the worker alone: whether it has read a value that may never be committed. */
export let isSpeculative: (transaction: Transaction) => boolean;

/**
 * What a handler does to Redis, applied together with the acknowledgement of its event: once, or not at all.
 *
 * Reads are tracked: if a reply would be another one at the commit, the handler runs again. Redis answers them, except for a hash field
 * that another transaction of this worker has written: its value is the one after that transaction's commit. Writes and events are
 * buffered until the handler returns. Keys are the service's own: `stock` is `ecommerce:inventory:stock`. Reads see the state before the
 * transaction, so a key that it has written cannot be read any more. After the run, that is when the handler has returned or failed or
 * exceeded its time limit, every method throws TransactionOverError, and the log has an error.
 */
export class Transaction {
  static {
    newTransaction = (parts, cause, handler, readsPlainly = false) =>
      new Transaction(parts, cause, handler, readsPlainly);
    endTransaction = (transaction) => {
      transaction.isOver = true;
      transaction.tracked?.end();
    };
    effectsOf = ({ tracked, buffered, outbox }) => ({
      reads: tracked?.list ?? NONE,
      writes: buffered?.list ?? NONE,
      events: outbox?.events ?? NONE,
      unsealed: outbox?.unsealed ?? NONE,
    });
    handOver = (transaction) => {
      const effects = effectsOf(transaction);
      transaction.number = transaction.parts.reads.written.handOver(effects.writes);
      return effects;
    };
    rollBack = (transaction) => {
      endTransaction(transaction);
      const { number, parts } = transaction;
      if (number === undefined) return;
      const { reads, writes } = effectsOf(transaction);
      parts.reads.written.takeBack(number, reads, writes);
    };
    isSpeculative = ({ tracked }) => tracked?.isSpeculative === true;
  }

  private tracked: TrackedReads | undefined;
  private buffered: BufferedWrites | undefined;
  private outbox: Outbox | undefined;
  private seed: UuidSeed | undefined;
  private isOver = false;
  /** Its number among the transactions that were handed over; undefined before that. */
  private number: number | undefined;

  private constructor(
    private readonly parts: TransactionParts,
    private readonly cause: EventEnvelope<object>,
    private readonly handler: string,
    private readonly readsPlainly: boolean,
  ) {}

  /** The text of a key; null if there is no such key. */
  get(key: string): Promise<string | null> {
    return this.read<string | null>('GET', key, NONE);
  }

  /** The value of a field of a hash; null if there is none. */
  hget(key: string, field: string): Promise<string | null> {
    return this.read<string | null>('HGET', key, [field]);
  }

  /** The values of several fields, in their order; null for a field that does not exist. */
  hmget(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    if (fields.length > 0 && fields.length <= MAX_VALUES) return this.read<(string | null)[]>('HMGET', key, fields);
    if (this.isOver) return this.late('HMGET');
    const parts = chunks(fields, MAX_VALUES).map((part) => this.read<(string | null)[]>('HMGET', key, part));
    return Promise.all(parts).then((values) => values.flat());
  }

  /** All fields of a hash; empty when it does not exist. */
  hgetall(key: string): Promise<Record<string, string>> {
    return this.read('HGETALL', key, NONE, fieldsOf);
  }

  /** Whether there is such a key, of any type. */
  exists(key: string): Promise<boolean> {
    return this.read('EXISTS', key, NONE, isOne);
  }

  /** Whether a set has a member. */
  sismember(key: string, member: string): Promise<boolean> {
    return this.read('SISMEMBER', key, [member], isOne);
  }

  /** The members of a set, in no order; none if there is no such set. */
  smembers(key: string): Promise<string[]> {
    return this.read<string[]>('SMEMBERS', key, NONE);
  }

  /** Items of a list, from one index to another, both included; -1 is the last one. */
  lrange(key: string, start: number, stop: number): Promise<string[]> {
    return this.read<string[]>('LRANGE', key, [start, stop]);
  }

  /** The score of a member; null when it is not in the set. */
  zscore(key: string, member: string): Promise<number | null> {
    return this.read('ZSCORE', key, [member], scoreOf);
  }

  /** Members by rank, lowest score first. */
  zrange(key: string, start: number, stop: number): Promise<string[]> {
    return this.read<string[]>('ZRANGE', key, [start, stop]);
  }

  /** Sets the text of a key. @param options.ttlMs how long the value is kept, in milliseconds. @default for ever */
  set(key: string, value: TransactionValue, options: { ttlMs?: number } = {}): this {
    const writing = this.writing('set');
    const ttl = options.ttlMs === undefined ? [] : ['PX', String(positive('set', options.ttlMs))];
    writing.set(this.redisKeyOf(key), [String(value), ...ttl]);
    return this;
  }

  /** Deletes a key, of any type. */
  del(key: string): this {
    this.writing('del').del(this.redisKeyOf(key));
    return this;
  }

  /** Deletes a key after a while. @param ttlMs in milliseconds, from the commit on */
  expire(key: string, ttlMs: number): this {
    this.writing('expire').expire(this.redisKeyOf(key), integer('expire', ttlMs));
    return this;
  }

  /** Adds to the number of a key. @param by an integer; the value must be an integer, too */
  incrby(key: string, by: number): this {
    this.writing('incrby').incrby(this.redisKeyOf(key), integer('incrby', by));
    return this;
  }

  /** Adds to the number in a field of a hash. @param by an integer; the field's value must be an integer, too */
  hincrby(key: string, field: string, by: number): this {
    this.writing('hincrby').hincrby(this.redisKeyOf(key), field, integer('hincrby', by));
    return this;
  }

  /** Sets several fields of a hash. */
  hset(key: string, fields: Readonly<Record<string, TransactionValue>>): this;
  /** Sets one field of a hash. */
  hset(key: string, field: string, value: TransactionValue): this;
  hset(key: string, fields: string | Readonly<Record<string, TransactionValue>>, value?: TransactionValue): this {
    const pairs: string[] = [];
    if (typeof fields === 'string') pairs.push(fields, String(value));
    else for (const field of Object.keys(fields)) pairs.push(field, String(fields[field]));
    this.writing('hset').hset(this.redisKeyOf(key), pairs);
    return this;
  }

  /** Deletes fields of a hash. */
  hdel(key: string, ...fields: string[]): this {
    return this.change('HDEL', key, 'hash', fields);
  }

  /** Adds members to a set. */
  sadd(key: string, ...members: string[]): this {
    return this.change('SADD', key, 'set', members);
  }

  /** Takes members out of a set. */
  srem(key: string, ...members: string[]): this {
    return this.change('SREM', key, 'set', members);
  }

  /** Adds a member to a sorted set, or changes its score. */
  zadd(key: string, score: number, member: string): this {
    return this.change('ZADD', key, 'zset', [finite('zadd', score), member]);
  }

  /** Adds to the score of a member of a sorted set. */
  zincrby(key: string, by: number, member: string): this {
    return this.change('ZINCRBY', key, 'zset', [finite('zincrby', by), member]);
  }

  /** Takes members out of a sorted set. */
  zrem(key: string, ...members: string[]): this {
    return this.change('ZREM', key, 'zset', members);
  }

  /** Appends to the end of a list. */
  rpush(key: string, ...values: TransactionValue[]): this {
    return this.change('RPUSH', key, 'list', values);
  }

  /** Puts values before the beginning of a list, one after the other. */
  lpush(key: string, ...values: TransactionValue[]): this {
    return this.change('LPUSH', key, 'list', values);
  }

  /** A UUID for the handler's effects. It is the same each time this handler runs for this event. */
  uuid(name: string): string {
    this.mustBeOpen('uuid');
    this.seed ??= uuidSeed(this.cause.event_id, this.handler);
    return derivedUuid(this.seed, name);
  }

  /**
   * Publishes an event with the commit. Its `event_id` is derived from the event that is handled, so a repeated run publishes the same
   * event. Personal data of a forgotten subject is erased in it from the beginning: events of the past do not bring a subject back.
   *
   * @returns the new event's id
   * @throws EventPayloadError, EventValidationError, EventEnvelopeError as `EventProducer.publish`
   * @throws TransactionRefusedError in a Redis Cluster, when the event belongs to another partition
   */
  publish<T extends object>(event: EventClass<T>, data: T, options: Omit<PublishOptions, 'eventId'> = {}): string {
    this.mustBeOpen('publish');
    const eventId = this.uuid(`event ${String(this.outbox?.events.length ?? 0)}`);
    (this.outbox ??= new Outbox(this.parts)).add(event, data, options, this.cause, eventId);
    return eventId;
  }

  private read<T>(
    command: string,
    name: string,
    values: readonly TransactionValue[],
    shape = asIs as (reply: unknown) => T,
  ): Promise<T> {
    return this.isOver ? this.late(command) : this.ask(command, name, values, shape);
  }

  private async ask<T>(
    command: string,
    name: string,
    values: readonly TransactionValue[],
    shape: (reply: unknown) => T,
  ): Promise<T> {
    const key = this.readable(command, name);
    this.tracked ??= new TrackedReads(this.parts.reads, this.readsPlainly);
    return shape(await this.tracked.read(command, key, values.map(String)));
  }

  private late(command: string): Promise<never> {
    return lateRead(this.handler, command.toLowerCase());
  }

  private writing(method: string): BufferedWrites {
    this.mustBeOpen(method);
    return (this.buffered ??= new BufferedWrites());
  }

  private mustBeOpen(method: string): void {
    if (this.isOver) throw lateCall(this.handler, method);
  }

  /** @returns the key in Redis @throws TransactionRefusedError when this transaction has written it */
  private readable(command: string, name: string): string {
    const key = this.redisKeyOf(name);
    if (!this.buffered?.wrote(key)) return key;
    throw new TransactionRefusedError(`${command} ${key} after a write to it: read first, then write`);
  }

  private change(command: string, name: string, type: KeyType, values: readonly TransactionValue[]): this {
    this.writing(command.toLowerCase()).change(command, this.redisKeyOf(name), type, values.map(String));
    return this;
  }

  private redisKeyOf(name: string): string {
    return this.parts.keyspace.ofService(name);
  }
}
