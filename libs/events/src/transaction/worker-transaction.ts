import type { EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import { TransactionRefusedError } from '../model/errors/transaction.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import { MAX_VALUES } from '../stream/scripts/server-limits.js';
import { BufferedWrites, finite, integer, positive } from './buffered-writes.js';
import { derivedUuid, uuidSeed, type UuidSeed } from './derived-uuid.js';
import { chunks } from './effects.js';
import { lateCall, lateRead } from './late-calls.js';
import { Outbox, type OutboxParts } from './outbox.js';
import { asIs, fieldsOf, isOne, scoreOf } from './replies.js';
import { TrackedReads } from './tracked-reads.js';
import { Transaction, type TransactionValue } from './transaction.js';
import type { WorkerReads } from './worker-reads.js';
import type { KeyType } from './write-guard.js';

/** What every transaction of a worker needs. */
export interface TransactionParts extends OutboxParts {
  reads: WorkerReads;
  /** Encrypt the personal data of published events. */
  subjectKeys: SubjectKeys;
}

const NONE: readonly never[] = [];

/**
 * A transaction as the worker makes it, for one run of a handler. Reads, writes and events are kept by a part each, which is made on first
 * use. What ends or commits it are functions of `transaction-run.ts` and no methods, since handlers have this object.
 */
export class WorkerTransaction extends Transaction {
  tracked: TrackedReads | undefined;
  buffered: BufferedWrites | undefined;
  outbox: Outbox | undefined;
  isOver = false;
  /** Its number among the transactions that were handed over; undefined before that. */
  number: number | undefined;
  private seed: UuidSeed | undefined;

  /**
   * @param cause the event that is handled: published events get its correlation id, and name it as their cause
   * @param readsPlainly whether only Redis answers reads
   */
  constructor(
    readonly parts: TransactionParts,
    private readonly cause: EventEnvelope<object>,
    private readonly handler: string,
    private readonly readsPlainly = false,
  ) {
    super();
  }

  get(key: string): Promise<string | null> {
    return this.read<string | null>('GET', key, NONE);
  }

  hget(key: string, field: string): Promise<string | null> {
    return this.read<string | null>('HGET', key, [field]);
  }

  hmget(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    if (fields.length > 0 && fields.length <= MAX_VALUES) return this.read<(string | null)[]>('HMGET', key, fields);
    if (this.isOver) return this.late('HMGET');
    const parts = chunks(fields, MAX_VALUES).map((part) => this.read<(string | null)[]>('HMGET', key, part));
    return Promise.all(parts).then((values) => values.flat());
  }

  hgetall(key: string): Promise<Record<string, string>> {
    return this.read('HGETALL', key, NONE, fieldsOf);
  }

  exists(key: string): Promise<boolean> {
    return this.read('EXISTS', key, NONE, isOne);
  }

  sismember(key: string, member: string): Promise<boolean> {
    return this.read('SISMEMBER', key, [member], isOne);
  }

  smembers(key: string): Promise<string[]> {
    return this.read<string[]>('SMEMBERS', key, NONE);
  }

  lrange(key: string, start: number, stop: number): Promise<string[]> {
    return this.read<string[]>('LRANGE', key, [start, stop]);
  }

  zscore(key: string, member: string): Promise<number | null> {
    return this.read('ZSCORE', key, [member], scoreOf);
  }

  zrange(key: string, start: number, stop: number): Promise<string[]> {
    return this.read<string[]>('ZRANGE', key, [start, stop]);
  }

  set(key: string, value: TransactionValue, options: { ttlMs?: number } = {}): this {
    const writing = this.writing('set');
    const ttl = options.ttlMs === undefined ? [] : ['PX', String(positive('set', options.ttlMs))];
    writing.set(this.redisKeyOf(key), [String(value), ...ttl]);
    return this;
  }

  del(key: string): this {
    this.writing('del').del(this.redisKeyOf(key));
    return this;
  }

  expire(key: string, ttlMs: number): this {
    this.writing('expire').expire(this.redisKeyOf(key), integer('expire', ttlMs));
    return this;
  }

  incrby(key: string, by: number): this {
    this.writing('incrby').incrby(this.redisKeyOf(key), integer('incrby', by));
    return this;
  }

  hincrby(key: string, field: string, by: number): this {
    this.writing('hincrby').hincrby(this.redisKeyOf(key), field, integer('hincrby', by));
    return this;
  }

  hset(key: string, fields: string | Readonly<Record<string, TransactionValue>>, value?: TransactionValue): this {
    const pairs: string[] = [];
    if (typeof fields === 'string') pairs.push(fields, String(value));
    else for (const field of Object.keys(fields)) pairs.push(field, String(fields[field]));
    this.writing('hset').hset(this.redisKeyOf(key), pairs);
    return this;
  }

  hdel(key: string, ...fields: string[]): this {
    return this.change('HDEL', key, 'hash', fields);
  }

  sadd(key: string, ...members: string[]): this {
    return this.change('SADD', key, 'set', members);
  }

  srem(key: string, ...members: string[]): this {
    return this.change('SREM', key, 'set', members);
  }

  zadd(key: string, score: number, member: string): this {
    return this.change('ZADD', key, 'zset', [finite('zadd', score), member]);
  }

  zincrby(key: string, by: number, member: string): this {
    return this.change('ZINCRBY', key, 'zset', [finite('zincrby', by), member]);
  }

  zrem(key: string, ...members: string[]): this {
    return this.change('ZREM', key, 'zset', members);
  }

  rpush(key: string, ...values: TransactionValue[]): this {
    return this.change('RPUSH', key, 'list', values);
  }

  lpush(key: string, ...values: TransactionValue[]): this {
    return this.change('LPUSH', key, 'list', values);
  }

  uuid(name: string): string {
    this.mustBeOpen('uuid');
    this.seed ??= uuidSeed(this.cause.event_id, this.handler);
    return derivedUuid(this.seed, name);
  }

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
