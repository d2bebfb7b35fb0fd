import { domainEventOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { TransactionOverError, TransactionRefusedError } from '../model/errors/transaction.js';
import { LineLimit } from '../log/line-limit.js';
import { isPromise } from '../concurrency/promise-like.js';
import { personalPlanOf } from '../personal/personal.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { Unsealed } from '../personal/unsealed.js';
import { encode } from '../publish/encode.js';
import { encodePersonal, type PersonalEntry } from '../publish/personal.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { newEnvelope } from '../publish/new-envelope.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { Keyspace } from '../stream/keyspace.js';
import type { LaidOut } from '../stream/layouts.js';
import type { Partitions } from '../stream/partitions.js';
import { MAX_VALUES } from '../stream/server-limits.js';
import type { StreamClient } from '../stream/stream-client.js';
import { textOf } from '../model/thrown.js';
import { derivedUuid, uuidSeed, type UuidSeed } from './derived-uuid.js';
import { replyDigest } from './reply-digest.js';
import { WriteGuard, type KeyType, type ServerCheck } from './write-guard.js';

/** A read that the commit checks again. */
export interface TrackedRead {
  command: string;
  key: string;
  args: readonly string[];
  digest: string;
}

/** A write that the commit applies. */
export interface BufferedWrite extends ServerCheck {
  command: string;
  key: string;
  args: readonly string[];
}

/** An event that the commit publishes. */
export interface BufferedEvent extends LaidOut {
  type: string;
  /** The stream's name without prefix, and its key. */
  streamName: string;
  stream: string;
}

/** What every transaction of a worker needs. */
export interface TransactionParts {
  client: StreamClient;
  /** Of the delivery's partition. */
  keyspace: Keyspace;
  partitions: Partitions;
  source: string;
  limits: PayloadLimits;
  instrumentation: Instrumentation;
  /** Whether personal data is encrypted, and with which keys. */
  erasure: boolean;
  subjectKeys: SubjectKeys;
}

type Value = string | number;

const NONE: readonly never[] = [];

const logger = new SafeLogger('Transaction');
const lateCalls = new LineLimit((handler, count) => {
  logger.error(`${handler}: ${String(count)} more calls of transactions whose run was over`);
});

/** For the worker alone, and so no method: the run is over, and the transaction takes nothing more. */
export let endTransaction: (transaction: Transaction) => void;
/** For the worker alone: the run is over, and nothing of it was applied or will be; its listeners are told. */
export let rollBack: (transaction: Transaction) => void;

/**
 * What a handler does to Redis, applied together with the acknowledgement of its event: once, or not at all.
 *
 * Reads go to Redis at once and are tracked: if one would be answered differently at the commit, the handler runs again.
 * Writes and events are buffered until the handler returns. Keys are the service's own: `stock` is
 * `ecommerce:inventory:stock`. A key that was written cannot be read any more: reads see the state before the
 * transaction. When the run is over, since the handler has returned or failed or its time is up, every method throws
 * {@link TransactionOverError}, and the log says so.
 */
export class Transaction {
  static {
    endTransaction = (transaction) => {
      transaction.isOver = true;
    };
    rollBack = (transaction) => {
      transaction.isOver = true;
      transaction.tellListeners();
    };
  }

  reads: readonly TrackedRead[] = NONE;
  writes: readonly BufferedWrite[] = NONE;
  events: readonly BufferedEvent[] = NONE;
  /** Personal data of the events, which is encrypted when they are sent. */
  unsealed: readonly Unsealed[] = NONE;
  private readonly guard = new WriteGuard();
  private seed: UuidSeed | undefined;
  private isOver = false;
  private rollbackListeners: readonly (() => unknown)[] = NONE;

  /** @param cause the event that is handled; outputs carry its correlation and name it as their cause */
  constructor(
    private readonly parts: TransactionParts,
    private readonly cause: EventEnvelope<object>,
    private readonly handler: string,
  ) {}

  get isEmpty(): boolean {
    return this.reads.length + this.writes.length + this.events.length === 0;
  }

  get(key: string): Promise<string | null> {
    return this.read<string | null>('GET', key, NONE);
  }

  hget(key: string, field: string): Promise<string | null> {
    return this.read<string | null>('HGET', key, [field]);
  }

  /** The values of several fields, in their order; null where there is none. */
  hmget(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    if (this.isOver) return this.late('HMGET');
    const parts = chunks(fields).map((part) => this.read<(string | null)[]>('HMGET', key, part));
    return Promise.all(parts).then((values) => values.flat());
  }

  /**
   * Rests on fields of a hash without asking for them: for a handler that knows what they hold, or will hold once the
   * transactions before this one are committed. If they hold something else at the commit, it runs again, as after a
   * read.
   *
   * @param fields with what they hold; null for one that is not there
   */
  expectFields(key: string, fields: readonly (readonly [field: string, value: string | null])[]): this {
    this.mustBeOpen('expectFields');
    for (const part of chunks(fields)) {
      this.track(
        'HMGET',
        this.readable('HMGET', key),
        part.map(([field]) => field),
        part.map(([, value]) => value),
      );
    }
    return this;
  }

  /** All fields of a hash; empty when it does not exist. */
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

  /** The score of a member, null when it is not there. */
  zscore(key: string, member: string): Promise<number | null> {
    return this.read('ZSCORE', key, [member], scoreOf);
  }

  /** Members by rank, lowest score first. */
  zrange(key: string, start: number, stop: number): Promise<string[]> {
    return this.read<string[]>('ZRANGE', key, [start, stop]);
  }

  /** @param options.ttlMs how long the value is kept, in milliseconds; default: for ever */
  set(key: string, value: Value, options: { ttlMs?: number } = {}): this {
    const ttl = options.ttlMs === undefined ? [] : ['PX', positive('set', options.ttlMs)];
    return this.buffer('SET', key, (name) => this.guard.replace(name, String(value)), value, ...ttl);
  }

  del(key: string): this {
    return this.buffer('DEL', key, (name) => this.guard.replace(name));
  }

  /** @param ttlMs milliseconds from the commit on */
  expire(key: string, ttlMs: number): this {
    return this.buffer('PEXPIRE', key, () => ({ type: '', integer: '' }), integer('expire', ttlMs));
  }

  /** @param by an integer; the value must be one too */
  incrby(key: string, by: number): this {
    const check = (name: string) => this.guard.increment('INCRBY', name, 'string', '=');
    return this.buffer('INCRBY', key, check, integer('incrby', by));
  }

  /** @param by an integer; the field's value must be one too */
  hincrby(key: string, field: string, by: number): this {
    const check = (name: string) => this.guard.increment('HINCRBY', name, 'hash', field);
    return this.buffer('HINCRBY', key, check, field, integer('hincrby', by));
  }

  hset(key: string, fields: Readonly<Record<string, Value>>): this;
  hset(key: string, field: string, value: Value): this;
  hset(key: string, fields: string | Readonly<Record<string, Value>>, value?: Value): this {
    const values =
      typeof fields === 'string'
        ? [fields, String(value)]
        : Object.keys(fields).flatMap((field) => [field, String(fields[field])]);
    const name = this.parts.keyspace.ofService(key);
    this.write('HSET', name, 'hash', values);
    this.guard.setFields(name, values);
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

  rpush(key: string, ...values: Value[]): this {
    return this.change('RPUSH', key, 'list', values);
  }

  lpush(key: string, ...values: Value[]): this {
    return this.change('LPUSH', key, 'list', values);
  }

  /** A UUID that is the same each time this handler runs for this event, for ids that its effects need. */
  uuid(name: string): string {
    this.mustBeOpen('uuid');
    this.seed ??= uuidSeed(this.cause.event_id, this.handler);
    return derivedUuid(this.seed, name);
  }

  /**
   * Publishes an event with the commit. Its `event_id` follows from the event that is handled, so a repeat of the
   * handler publishes the same event. Personal data of a subject that was forgotten is erased from the beginning: what follows from
   * events of the past does not bring it back.
   *
   * @returns the new event's id
   * @throws EventPayloadError, EventValidationError, EventEnvelopeError as `EventProducer.publish`
   * @throws TransactionRefusedError in a Redis Cluster, when the event belongs to another partition
   */
  publish<T extends object>(event: EventClass<T>, data: T, options: Omit<PublishOptions, 'eventId'> = {}): string {
    this.mustBeOpen('publish');
    const { cause } = this;
    const { keyspace, partitions, source, limits, instrumentation, erasure } = this.parts;
    const eventId = this.uuid(`event ${String(this.events.length)}`);
    // Where the handler's span is known, what it publishes is its own; else it is of the same trace as the cause.
    const { traceparent, tracestate } = instrumentation.activeTrace ?? cause;
    const envelope = newEnvelope(event, data, source, limits, options, {
      eventId,
      correlationId: cause.correlation_id ?? cause.event_id,
      causationId: cause.event_id,
      traceparent,
      tracestate,
    });
    const { type, stream } = domainEventOf(event);
    const target = partitions.targetOf(keyspace, type, envelope.partition_key ?? eventId);
    const plan = erasure ? personalPlanOf(event) : undefined;
    const where = { keyspace: target, comesBack: false };
    const { layout, values }: LaidOut = plan
      ? this.withPersonal(encodePersonal(event, plan, envelope, options, where, limits))
      : encode(envelope, limits);
    const entry = { type, streamName: stream, stream: target.stream(stream), layout, values };
    this.events = withLast(this.events, entry);
    return eventId;
  }

  private withPersonal(entry: PersonalEntry): LaidOut {
    if (entry.unsealed) this.unsealed = withLast(this.unsealed, entry.unsealed);
    return entry;
  }

  /**
   * Calls the listener when this run comes to nothing: its reads no longer hold, the handler has failed or its time is
   * up, the delivery was lost, or Redis refuses the writes. For a service that keeps in memory what it writes.
   */
  onRollback(listener: () => void): this {
    this.mustBeOpen('onRollback');
    this.rollbackListeners = withLast(this.rollbackListeners, listener);
    return this;
  }

  private tellListeners(): void {
    const listeners = this.rollbackListeners;
    this.rollbackListeners = NONE;
    for (const listener of listeners) {
      try {
        const result = listener();
        // It may be an async function after all, and nobody waits for it.
        if (isPromise(result)) Promise.resolve(result).catch((thrown: unknown) => { this.reportListener(thrown); }); // prettier-ignore
      } catch (thrown) {
        this.reportListener(thrown);
      }
    }
  }

  private reportListener(thrown: unknown): void {
    new SafeLogger(Transaction.name).error(`A rollback listener of ${this.handler} failed`, textOf(thrown).stack);
  }

  private mustBeOpen(method: string): void {
    if (this.isOver) throw this.lateCall(method);
  }

  /** The error of a method that was called when the run was over; who called it may hear of it by the log alone. */
  private lateCall(method: string): TransactionOverError {
    const error = new TransactionOverError(this.handler, method);
    if (lateCalls.admits(this.handler)) logger.error(error.message, error.stack);
    return error;
  }

  /** Rejects, and ends no process where nobody awaits it. */
  private late(command: string): Promise<never> {
    const rejected = Promise.reject(this.lateCall(methodOf(command)));
    rejected.catch(() => undefined);
    return rejected;
  }

  private read<T>(
    command: string,
    name: string,
    values: readonly Value[],
    shape = asIs as (reply: unknown) => T,
  ): Promise<T> {
    return this.isOver ? this.late(command) : this.ask(command, name, values, shape);
  }

  private async ask<T>(
    command: string,
    name: string,
    values: readonly Value[],
    shape: (reply: unknown) => T,
  ): Promise<T> {
    const key = this.readable(command, name);
    const args = values.map(String);
    const reply = await this.parts.client.reads.bytes(command, key, args);
    // Of one that nobody has waited for, the commit knows nothing.
    if (!this.isOver) this.track(command, key, args, reply);
    return shape(asText(reply));
  }

  private track(command: string, key: string, args: readonly string[], reply: unknown): void {
    this.reads = withLast(this.reads, { command, key, args, digest: replyDigest(command, reply) });
  }

  /** @returns the key in Redis @throws TransactionRefusedError when this transaction has written it */
  private readable(command: string, name: string): string {
    const key = this.parts.keyspace.ofService(name);
    if (!this.guard.wrote(key)) return key;
    throw new TransactionRefusedError(`${command} ${key} after a write to it: read first, then write`);
  }

  private change(command: string, name: string, type: KeyType, values: readonly Value[]): this {
    this.write(command, this.parts.keyspace.ofService(name), type, values.map(String));
    return this;
  }

  /**
   * A write that keeps what the key holds; without values there is nothing to write.
   *
   * @param key as it is in Redis
   */
  private write(command: string, key: string, type: KeyType, values: readonly string[]): void {
    if (this.isOver) throw this.lateCall(methodOf(command));
    for (let first = 0; first < values.length; first += MAX_VALUES) {
      const args = values.length <= MAX_VALUES ? values : values.slice(first, first + MAX_VALUES);
      const check = this.guard.change(command, key, type);
      this.writes = withLast(this.writes, { command, key, type: check.type, integer: check.integer, args });
    }
  }

  private buffer(command: string, name: string, check: (key: string) => ServerCheck, ...values: Value[]): this {
    if (this.isOver) throw this.lateCall(methodOf(command));
    const key = this.parts.keyspace.ofService(name);
    const { type, integer } = check(key);
    this.writes = withLast(this.writes, { command, key, type, integer, args: values.map(String) });
    return this;
  }
}

/** A list with one more; most transactions have one of each, and room for more would be a good part of what they take. */
function withLast<T>(list: readonly T[], last: T): readonly T[] {
  if (list.length === 0) return [last];
  (list as T[]).push(last);
  return list;
}

function integer(operation: string, value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value;
  throw new TransactionRefusedError(`${operation}: expected an integer of at most 15 digits, got ${String(value)}`);
}

function positive(operation: string, value: number): number {
  if (value > 0) return integer(operation, value);
  throw new TransactionRefusedError(`${operation}: expected a time above 0 ms, got ${String(value)}`);
}

function finite(operation: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TransactionRefusedError(`${operation}: expected a finite number, got ${String(value)}`);
}

/** The name of the method, from that of the command that it stands for. */
function methodOf(command: string): string {
  return command === 'PEXPIRE' ? 'expire' : command.toLowerCase();
}

function asIs(reply: unknown): unknown {
  return reply;
}

function isOne(reply: unknown): boolean {
  return reply === 1;
}

function scoreOf(reply: unknown): number | null {
  return reply === null ? null : Number(reply);
}

function fieldsOf(reply: unknown): Record<string, string> {
  // Not by assignment: a field may be called "__proto__".
  return Object.fromEntries(chunks(reply as string[], 2)) as Record<string, string>;
}

/** A reply with its bytes read as text. */
function asText(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(asText);
  return Buffer.isBuffer(reply) ? reply.toString() : reply;
}

function chunks<T>(values: readonly T[], size = MAX_VALUES): readonly (readonly T[])[] {
  if (values.length === 0) return [];
  if (values.length <= size) return [values];
  const parts: T[][] = [];
  for (let first = 0; first < values.length; first += size) parts.push(values.slice(first, first + size));
  return parts;
}
