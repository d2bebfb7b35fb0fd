import { randomUUID } from 'node:crypto';
import { Deadlines } from '../concurrency/deadlines.js';
import type { ResolvedOptions } from '../options/options.js';
import { personalPlanOf } from '../personal/personal-plan.js';
import { SubjectKeys } from '../personal/subject-keys.js';
import { domainEventOf, type EventClass } from '../model/domain-event.js';
import type { EventToPublish, ProduceOptions } from '../model/event-to-publish.js';
import { KEY } from '../model/fields.js';
import { ProducerOverloadedError } from '../model/errors/publishing.js';
import type { Instrumentation, Operation } from '../model/instrumentation.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import { weightOf, type Appendable } from './append-arguments.js';
import { BatchSender } from './batch-sender.js';
import { Durability } from './durability.js';
import { encode } from './encode.js';
import { payloadOfJson } from './payload.js';
import { encodePersonal } from './encode-personal.js';
import { PublishQueue } from './publish-queue.js';
import { inBatches, inParts, type Placed } from './placed.js';
import { demand, newEnvelope, unreadable } from './new-envelope.js';
import { PublishRequest } from './publish-request.js';

/**
 * Publishes events. What is asked for while calls are on their way goes along with the next one, so many callers share
 * one round trip and a lone caller waits for nobody. A call whose answer was lost is sent again, and the server knows it
 * by its number: its events are appended once, and in order. Each partition has calls and numbers of its own.
 */
export class EventProducer {
  private readonly deadlines: Deadlines;
  private readonly id = randomUUID();
  /** By partition; made when its first event is published. */
  private readonly queues: (PublishQueue | undefined)[] = [];
  private readonly subjectKeys: SubjectKeys;
  private readonly durability: Durability;
  private waiting = 0;
  private waitingBytes = 0;
  private whenIdle: (() => void)[] = [];

  /**
   * @param client over a connection that nothing else uses where `producer.acks` waits: see `ownConnectionOf`
   * @internal
   */
  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: StreamClient,
    private readonly partitions: Partitions,
    private readonly instrumentation: Instrumentation,
  ) {
    const { producer } = options;
    // Keys go over the connection that events go over: replicas that have an event have its key.
    this.subjectKeys = new SubjectKeys(client);
    this.durability = new Durability(client, options.caller, producer);
    this.deadlines = new Deadlines(producer.timeoutMs);
  }

  /**
   * @throws ConfigurationError when this Redis cannot do what `producer.acks` demands
   * @internal
   */
  start(): Promise<void> {
    return this.durability.probe();
  }

  /**
   * Waits until everything that was asked for is published or has failed.
   *
   * @internal
   */
  async stop(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /**
   * Publishes one event.
   *
   * @returns the stream entry's id, once Redis has appended it
   * @throws EventPayloadError, EventValidationError when readers would not get the payload, or not take it: nothing was
   * published
   * @throws EventEnvelopeError when an option, or what `key()` of the class gives, can be no part of an envelope: nothing was
   * published
   * @throws RedisForbiddenError when Redis' user lacks a right for it: nothing was published
   * @throws RedisOutOfMemoryError when Redis takes nothing more: nothing was published
   * @throws NotReplicatedError when it is not as safe in time as `producer.acks` demands: the event is in the stream
   * @throws ProducerOverloadedError when too many events wait already, or one call asks for more than may wait: nothing was
   * published
   * @throws PublishTimeoutError when Redis confirmed nothing in time: the event is in the stream once, or not at all
   * @throws LayoutVersionError, ConfigurationError when this application started while Redis was away, and what is in Redis does not fit
   * it, which is looked at before its first event: nothing was published
   */
  publish<T extends object>(event: EventClass<T>, data: T, options: ProduceOptions = {}): Promise<string> {
    if (!this.instrumentation.isOff) return this.publishAll([{ event, data, options }]).then(([id]) => id as string);
    return new Promise((resolve, reject) => {
      const { partition, appendable } = this.place(event, data, options);
      this.demandRoomFor(1);
      this.demandBytes(weightOf(appendable));
      this.enqueue(partition, [appendable], ([id]) => { resolve(id as string); }, reject); // prettier-ignore
    });
  }

  /**
   * Publishes one event whose payload is JSON already: its text travels, with numbers and strings as they are written. Where
   * something of it is encrypted (option `erasure`), what JavaScript makes of the text travels.
   *
   * @throws as {@link publish}
   */
  async publishJson(event: EventClass, json: string, options: ProduceOptions = {}): Promise<string> {
    const { type } = domainEventOf(event);
    const payload = payloadOfJson(type, json, this.options.producer);
    return new Promise((resolve, reject) => {
      const { partition, appendable } = this.place(event, payload.data, options, payload.json);
      this.demandRoomFor(1);
      this.demandBytes(weightOf(appendable));
      this.enqueue(partition, [appendable], ([id]) => { resolve(id as string); }, reject); // prettier-ignore
    });
  }

  /**
   * Publishes several events, in this order; up to 100 in one round trip, which appends all of them or none. With
   * partitions that holds for the events of each partition.
   *
   * @returns the entries' ids
   * @throws as {@link publish}; nothing is published when one payload is not valid
   */
  publishAll(events: readonly EventToPublish[]): Promise<string[]> {
    return this.instrumentation.publishing(events, (carried, operation) => this.append(carried, operation));
  }

  private async append(events: readonly EventToPublish[], operation?: Operation): Promise<string[]> {
    // Before anything is made of so many, and no more of them than there is room for.
    this.demandRoomFor(events.length);
    let bytes = 0;
    const placed = events.map(({ event, data, options = {} }) => {
      const one = this.place(event, data, options);
      bytes += weightOf(one.appendable);
      this.demandBytes(bytes);
      return one;
    });
    const parts = inParts(placed);
    if (parts.length === 1 && this.partitions.count > 1) operation?.inPartition(parts[0]?.partition as number);
    const ids = new Array<string>(events.length);
    await Promise.all(
      parts.map(async ({ partition, places, appendable }) => {
        const published = await Promise.all(
          inBatches(appendable).map(
            (batch) => new Promise<string[]>((resolve, reject) => { this.enqueue(partition, batch, resolve, reject); }), // prettier-ignore
          ),
        );
        for (const [index, id] of published.flat().entries()) ids[places[index] ?? index] = id;
      }),
    );
    return ids;
  }

  private place<T extends object>(event: EventClass<T>, data: T, options: ProduceOptions, json?: string): Placed {
    const { stream: streamName } = domainEventOf(event);
    const { source, producer: limits } = this.options;
    const envelope = newEnvelope(event, data, source, limits, options);
    const idempotencyKey = idempotencyKeyOf(envelope.event_type, options);
    // Without a key of its own an event may go anywhere, but a repeat of it must go where the first one went.
    const partition = this.partitions.numberOf(envelope.partition_key ?? idempotencyKey ?? envelope.event_id);
    const keyspace = this.partitions.at(partition);
    const once = idempotencyKey === undefined ? undefined : keyspace.published(streamName, idempotencyKey);
    const plan = this.options.erasure ? personalPlanOf(event) : undefined;
    if (plan) {
      const entry = encodePersonal(event, plan, envelope, options, { keyspace, comesBack: true }, limits);
      return { partition, appendable: { streamKey: keyspace.stream(streamName), once, ...entry } };
    }
    const { layout, values } = encode(envelope, limits, json);
    return {
      partition,
      appendable: { streamKey: keyspace.stream(streamName), once, layout, values, unsealed: undefined },
    };
  }

  /** @param events that one call takes */
  private enqueue(
    partition: number,
    events: readonly Appendable[],
    resolve: (ids: string[]) => void,
    reject: (error: Error) => void,
  ): void {
    const request = new PublishRequest(events, resolve, reject, this.deadlines, this.options.producer.timeoutMs);
    this.waiting += events.length;
    this.waitingBytes += request.bytes;
    (this.queues[partition] ??= this.newQueue(partition)).add(request);
  }

  private newQueue(partition: number): PublishQueue {
    const { commandTimeoutMs, producer } = this.options;
    const key = this.partitions.at(partition).producer(this.id);
    const timing = { commandTimeoutMs, idempotencyMs: producer.idempotencyMs };
    const release = (requests: readonly PublishRequest[]): void => {
      this.release(requests);
    };
    const sender = new BatchSender(this.client, key, this.durability, this.subjectKeys, timing, {
      onSettled: release,
      onFree: () => { queue.flush(); }, // prettier-ignore
    });
    const queue = new PublishQueue(sender, release);
    return queue;
  }

  /** @throws ProducerOverloadedError when there is no room for so many events */
  private demandRoomFor(count: number): void {
    const { bufferLimit } = this.options.producer;
    if (this.waiting + count > bufferLimit) throw new ProducerOverloadedError(bufferLimit, 'events', count);
  }

  /** @throws ProducerOverloadedError when there is no room for so many bytes */
  private demandBytes(bytes: number): void {
    const { bufferBytes } = this.options.producer;
    if (this.waitingBytes + bytes > bufferBytes) throw new ProducerOverloadedError(bufferBytes, 'bytes', bytes);
  }

  private release(requests: readonly PublishRequest[]): void {
    this.waiting -= sizeOf(requests);
    this.waitingBytes -= bytesOf(requests);
    if (this.waiting === 0) for (const idle of this.whenIdle.splice(0)) idle();
  }
}

/** @throws EventEnvelopeError when it can be none */
function idempotencyKeyOf(type: string, options: ProduceOptions): string | undefined {
  let key: string | undefined;
  try {
    key = options.idempotencyKey;
  } catch (cause) {
    throw unreadable(type, cause);
  }
  return key === undefined ? undefined : demand(type, 'idempotencyKey', key, KEY);
}

function sizeOf(batch: readonly PublishRequest[]): number {
  return batch.reduce((sum, { events }) => sum + events.length, 0);
}

function bytesOf(batch: readonly PublishRequest[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes, 0);
}
