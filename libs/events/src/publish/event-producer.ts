import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Deadlines } from '../deadlines.js';
import { OutageWatch } from '../connection/outage-watch.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { EVENTS_OPTIONS } from '../module/tokens.js';
import type { ResolvedOptions } from '../module/options.js';
import { domainEventOf, type EventClass } from '../envelope/domain-event.js';
import { ProducerOverloadedError } from '../errors.js';
import { Keyspace } from '../stream/keyspace.js';
import { StreamClient } from '../stream/stream-client.js';
import { Telemetry } from '../telemetry/telemetry.js';
import { weightOf, type Appendable } from './append-arguments.js';
import { BatchSender } from './batch-sender.js';
import { Durability, LONGEST_WAIT_MS } from './durability.js';
import { encode } from './encode.js';
import { newEnvelope, type PublishOptions } from './new-envelope.js';
import { PublishRequest } from './publish-request.js';

/** Options of {@link EventProducer.publish}. */
export interface ProduceOptions extends PublishOptions {
  /** The same key publishes once, whoever publishes it; a repeat resolves with the first entry's id. */
  idempotencyKey?: string;
}

/** One event of {@link EventProducer.publishAll}. */
export interface EventToPublish<T extends object = object> {
  event: EventClass<T>;
  data: T;
  options?: ProduceOptions;
}

/** Events and bytes of one script call; one event may be larger. */
const LARGEST_BATCH = 100;
const HEAVIEST_BATCH = 2 ** 20;
/** Fewer than so many events are not worth two calls. */
const WORTH_SPLITTING = 32;

/**
 * Publishes events. What is asked for while calls are on their way goes along with the next one, so many callers share
 * one round trip and a lone caller waits for nobody. A call whose answer was lost is sent again, and the server knows it
 * by its number: its events are appended once, and in order.
 */
@Injectable()
export class EventProducer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly deadlines: Deadlines;
  private readonly sender: BatchSender;
  private readonly queue: PublishRequest[] = [];
  private readonly client: StreamClient;
  private readonly ownConnection: RedisConnection | undefined;
  private readonly durability: Durability;
  private waiting = 0;
  private waitingBytes = 0;
  private scheduled = false;
  private whenIdle: (() => void)[] = [];

  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    shared: StreamClient,
    private readonly keyspace: Keyspace,
    watch: OutageWatch,
    private readonly telemetry: Telemetry,
  ) {
    const { redis, source, commandTimeoutMs, producer } = options;
    if (producer.acks !== 'received') {
      // A connection of its own: one that waits for replicas keeps everybody else on it waiting.
      this.ownConnection = new RedisConnection(redis, {
        name: `${source}-producer`,
        timeoutMs: commandTimeoutMs,
        blockMs: LONGEST_WAIT_MS,
        watch,
      });
    }
    this.client = this.ownConnection ? new StreamClient(this.ownConnection) : shared;
    this.durability = new Durability(this.client, producer);
    this.deadlines = new Deadlines(producer.timeoutMs);
    const timing = { commandTimeoutMs, idempotencyMs: producer.idempotencyMs };
    const key = keyspace.producer(randomUUID());
    this.sender = new BatchSender(this.client, key, this.durability, timing, {
      onSettled: (requests) => { this.release(requests); }, // prettier-ignore
      onFree: () => { this.flush(); }, // prettier-ignore
    });
  }

  /** @throws ConfigurationError when this Redis cannot do what `producer.acks` demands */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.durability.probe();
    } catch (error) {
      // Nest ends no application that did not come up, and the connection would try for ever.
      this.ownConnection?.close();
      throw error;
    }
  }

  /**
   * Publishes one event.
   *
   * @returns the stream entry's id, once Redis has appended it
   * @throws EventPayloadError, EventValidationError when the payload is not valid: nothing was published
   * @throws RedisOutOfMemoryError when Redis takes nothing more: nothing was published
   * @throws NotReplicatedError when it is not as safe in time as `producer.acks` demands: the event is in the stream
   * @throws ProducerOverloadedError when too many events wait already: nothing was published
   * @throws PublishTimeoutError when Redis confirmed nothing in time: the event is in the stream once, or not at all
   */
  publish<T extends object>(event: EventClass<T>, data: T, options: ProduceOptions = {}): Promise<string> {
    if (!this.telemetry.isOff) return this.publishAll([{ event, data, options }]).then(([id]) => id as string);
    return new Promise((resolve, reject) => {
      const events = [this.appendable(event, data, options)];
      this.demandRoom(events);
      this.enqueue(events, ([id]) => { resolve(id as string); }, reject); // prettier-ignore
    });
  }

  /**
   * Publishes several events, in this order; up to 100 in one round trip, which appends all of them or none.
   *
   * @returns the entries' ids
   * @throws as {@link publish}; nothing is published when one payload is not valid
   */
  publishAll(events: readonly EventToPublish[]): Promise<string[]> {
    return this.telemetry.publishing(events, (carried) => this.append(carried));
  }

  /** Waits until everything that was asked for is published or has failed. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    this.ownConnection?.close();
  }

  private async append(events: readonly EventToPublish[]): Promise<string[]> {
    const appendable = events.map(({ event, data, options = {} }) => this.appendable(event, data, options));
    this.demandRoom(appendable);
    const published = await Promise.all(
      inBatches(appendable).map(
        (batch) => new Promise<string[]>((resolve, reject) => { this.enqueue(batch, resolve, reject); }), // prettier-ignore
      ),
    );
    return published.flat();
  }

  private appendable<T extends object>(event: EventClass<T>, data: T, options: ProduceOptions): Appendable {
    const { stream } = domainEventOf(event);
    const { source, producer: limits } = this.options;
    const { names, values } = encode(newEnvelope(event, data, source, limits, options), limits);
    const { idempotencyKey } = options;
    const once = idempotencyKey === undefined ? undefined : this.keyspace.published(stream, idempotencyKey);
    return { stream: this.keyspace.stream(stream), once, names, values };
  }

  /** @param events that one call takes */
  private enqueue(
    events: readonly Appendable[],
    resolve: (ids: string[]) => void,
    reject: (error: Error) => void,
  ): void {
    const request = new PublishRequest(events, resolve, reject, this.deadlines, this.options.producer.timeoutMs);
    this.waiting += events.length;
    this.waitingBytes += request.bytes;
    this.queue.push(request);
    if (!this.scheduled) {
      this.scheduled = true;
      // After the current callers had their turn, so that they share the batch.
      queueMicrotask(() => {
        this.scheduled = false;
        this.flush();
      });
    }
  }

  /** @throws ProducerOverloadedError when there is no room for so many */
  private demandRoom(events: readonly Appendable[]): void {
    const { bufferLimit, bufferBytes } = this.options.producer;
    if (this.waiting + events.length > bufferLimit) throw new ProducerOverloadedError(bufferLimit, 'events');
    let bytes = this.waitingBytes;
    for (const event of events) bytes += weightOf(event);
    if (bytes > bufferBytes) throw new ProducerOverloadedError(bufferBytes, 'bytes');
  }

  private flush(): void {
    while (this.queue.length > 0 && this.sender.isFree) {
      // With two on their way, the server has something to do while the next one is put together.
      const most =
        this.sender.isIdle && this.queue.length > WORTH_SPLITTING ? Math.ceil(this.queue.length / 2) : Infinity;
      const batch = this.nextBatch(most);
      const wanted = batch.filter(({ isOpen }) => isOpen);
      // Nothing is sent of what has waited too long.
      this.release(batch.filter(({ isOpen }) => !isOpen));
      if (wanted.length > 0) this.sender.send(wanted);
    }
    if (this.waiting === 0) for (const idle of this.whenIdle.splice(0)) idle();
  }

  private release(requests: readonly PublishRequest[]): void {
    this.waiting -= sizeOf(requests);
    this.waitingBytes -= bytesOf(requests);
  }

  /** As many events as one call takes; what one `publishAll` asked for stays together. */
  private nextBatch(most: number): PublishRequest[] {
    const batch: PublishRequest[] = [];
    let size = 0;
    let bytes = 0;
    for (const next of this.queue) {
      size += next.events.length;
      bytes += next.bytes;
      if (batch.length > 0 && (batch.length >= most || size > LARGEST_BATCH || bytes > HEAVIEST_BATCH)) break;
      batch.push(next);
    }
    this.queue.splice(0, batch.length);
    return batch;
  }
}

/** What one call asked to publish, in parts that one script call takes. */
function inBatches(events: readonly Appendable[]): Appendable[][] {
  const batches: Appendable[][] = [];
  let bytes = 0;
  for (const event of events) {
    const last = batches.at(-1);
    bytes += weightOf(event);
    if (last && last.length < LARGEST_BATCH && bytes <= HEAVIEST_BATCH) {
      last.push(event);
    } else {
      batches.push([event]);
      bytes = weightOf(event);
    }
  }
  return batches;
}

function sizeOf(batch: readonly PublishRequest[]): number {
  return batch.reduce((sum, { events }) => sum + events.length, 0);
}

function bytesOf(batch: readonly PublishRequest[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes, 0);
}
