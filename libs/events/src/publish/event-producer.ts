import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { OutageWatch } from '../connection/outage-watch.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { EVENTS_OPTIONS } from '../module/tokens.js';
import type { ResolvedOptions } from '../module/options.js';
import { domainEventOf, type EventClass } from '../envelope/domain-event.js';
import { isOutage, isOutOfMemory, ProducerOverloadedError, RedisOutOfMemoryError } from '../errors.js';
import { Keyspace } from '../stream/keyspace.js';
import { StreamClient } from '../stream/stream-client.js';
import { appendArguments, weightOf, type Appendable } from './append-arguments.js';
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
/** How long the server remembers a silent producer: far longer than any retry. */
const PRODUCER_MEMORY_MS = 3_600_000;
const PAUSE_AFTER_FAILURE_MS = 100;

/**
 * Publishes events. What is asked for while a batch is on its way goes along with the next one, so many callers share
 * one round trip and a lone caller waits for nobody. A batch whose answer was lost is sent again, and the server knows
 * it by its number: it is appended once. Only one batch is on its way at a time, so a repeat never overtakes.
 */
@Injectable()
export class EventProducer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly key: string;
  private readonly queue: PublishRequest[] = [];
  private readonly client: StreamClient;
  private readonly ownConnection: RedisConnection | undefined;
  private readonly durability: Durability;
  private waiting = 0;
  private waitingBytes = 0;
  private sending = false;
  private sequence = 0;
  private scheduled = false;
  private whenIdle: (() => void)[] = [];

  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    shared: StreamClient,
    private readonly keyspace: Keyspace,
    watch: OutageWatch,
  ) {
    this.key = keyspace.producer(randomUUID());
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
  async publish<T extends object>(event: EventClass<T>, data: T, options: ProduceOptions = {}): Promise<string> {
    const [request] = this.enqueue([this.appendable({ event, data, options })]);
    return (await request?.published)?.[0] as string;
  }

  /**
   * Publishes several events, in this order; up to 100 in one round trip, which appends all of them or none.
   *
   * @returns the entries' ids
   * @throws as {@link publish}; nothing is published when one payload is not valid
   */
  async publishAll(events: readonly EventToPublish[]): Promise<string[]> {
    const requests = this.enqueue(events.map((event) => this.appendable(event)));
    return (await Promise.all(requests.map(({ published }) => published))).flat();
  }

  /** Waits until everything that was asked for is published or has failed. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    this.ownConnection?.close();
  }

  private appendable({ event, data, options = {} }: EventToPublish): Appendable {
    const { stream } = domainEventOf(event);
    const { source, producer: limits } = this.options;
    const fields = encode(newEnvelope(event, data, source, limits, options), limits);
    return {
      stream: this.keyspace.stream(stream),
      fields,
      ...(options.idempotencyKey === undefined
        ? {}
        : { once: this.keyspace.published(stream, options.idempotencyKey) }),
    };
  }

  private enqueue(events: readonly Appendable[]): PublishRequest[] {
    const { bufferLimit, bufferBytes, timeoutMs } = this.options.producer;
    const bytes = events.reduce((sum, event) => sum + weightOf(event), 0);
    if (this.waiting + events.length > bufferLimit) throw new ProducerOverloadedError(bufferLimit, 'events');
    if (this.waitingBytes + bytes > bufferBytes) throw new ProducerOverloadedError(bufferBytes, 'bytes');
    this.waiting += events.length;
    this.waitingBytes += bytes;
    const requests = inBatches(events).map((batch) => new PublishRequest(batch, timeoutMs));
    this.queue.push(...requests);
    if (!this.scheduled) {
      this.scheduled = true;
      // After the current callers had their turn, so that they share the batch.
      queueMicrotask(() => {
        this.scheduled = false;
        void this.flush();
      });
    }
    return requests;
  }

  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.queue.length > 0) {
      const batch = this.nextBatch();
      // Nothing was sent of what has waited too long.
      await this.send(batch.filter(({ isOpen }) => isOpen));
      this.waiting -= sizeOf(batch);
      this.waitingBytes -= bytesOf(batch);
    }
    this.sending = false;
    for (const idle of this.whenIdle.splice(0)) idle();
  }

  /** As many events as one call takes; what one `publishAll` asked for stays together. */
  private nextBatch(): PublishRequest[] {
    const batch = this.queue.splice(0, 1);
    let size = sizeOf(batch);
    let bytes = bytesOf(batch);
    for (let next = this.queue[0]; next; next = this.queue[0]) {
      size += next.events.length;
      bytes += next.bytes;
      if (size > LARGEST_BATCH || bytes > HEAVIEST_BATCH) break;
      this.queue.shift();
      batch.push(next);
    }
    return batch;
  }

  /** Sends a batch until Redis answers or nobody waits for it any more; it never rejects, its requests do. */
  private async send(batch: readonly PublishRequest[]): Promise<void> {
    if (batch.length === 0) return;
    const { connection } = this.client;
    const keep = { producer: PRODUCER_MEMORY_MS, idempotency: this.options.producer.idempotencyMs };
    const events = batch.flatMap((request) => request.events);
    const { keys, values } = appendArguments(this.key, ++this.sequence, events, keep);
    while (batch.some(({ isOpen }) => isOpen)) {
      const leftMs = Math.max(1, ...batch.map((request) => request.leftMs));
      try {
        const { generation } = connection;
        const ids = await this.client.append(keys, values, Math.min(leftMs, this.options.commandTimeoutMs));
        await this.durability.confirm(
          generation,
          () => batch.some(({ isOpen }) => isOpen),
          (missing) => {
            for (const request of batch) request.note(missing);
          },
        );
        for (const request of batch) request.resolve(ids.splice(0, request.events.length));
      } catch (error) {
        if (isOutOfMemory(error)) {
          // At once: whoever waits for room only makes it scarcer. Nothing was appended, or the answer would have said so.
          for (const request of batch) request.reject(new RedisOutOfMemoryError((error as Error).message));
        } else if (isOutage(error) && !connection.isClosed) {
          for (const request of batch) request.note(error as Error);
          await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
        } else if (batch.length > 1) {
          // Nothing was appended. One caller's wrong event must not cost the others theirs.
          for (const request of batch) await this.send([request]);
        } else {
          for (const request of batch) request.reject(error as Error);
        }
      }
    }
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
