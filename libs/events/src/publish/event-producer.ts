import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EVENTS_OPTIONS } from '../module/tokens.js';
import type { ResolvedOptions } from '../module/options.js';
import { domainEventOf, type EventClass } from '../envelope/domain-event.js';
import { isOutage, ProducerOverloadedError, PublishTimeoutError, RedisUnavailableError } from '../errors.js';
import { Keyspace } from '../stream/keyspace.js';
import { StreamClient } from '../stream/stream-client.js';
import { appendArguments, type Appendable } from './append-arguments.js';
import { encode } from './encode.js';
import { newEnvelope, type PublishOptions } from './new-envelope.js';

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

interface Waiting extends Appendable {
  resolve: (id: string) => void;
  reject: (error: Error) => void;
}

/** Events of one script call. */
const LARGEST_BATCH = 100;
/** How long the server remembers a silent producer: far longer than any retry. */
const PRODUCER_MEMORY_MS = 3_600_000;
const PAUSE_AFTER_FAILURE_MS = 100;

/**
 * Publishes events. What is asked for while a batch is on its way goes along with the next one, so many callers share
 * one round trip and a lone caller waits for nobody. A batch whose answer was lost is sent again, and the server knows
 * it by its number: it is appended once. Only one batch is on its way at a time, so a repeat never overtakes.
 */
@Injectable()
export class EventProducer implements BeforeApplicationShutdown {
  private readonly key: string;
  private readonly queue: Waiting[][] = [];
  private waiting = 0;
  private sending = false;
  private sequence = 0;
  private scheduled = false;
  private whenIdle: (() => void)[] = [];

  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    private readonly client: StreamClient,
    private readonly keyspace: Keyspace,
  ) {
    this.key = keyspace.producer(randomUUID());
  }

  /**
   * Publishes one event.
   *
   * @returns the stream entry's id, once Redis has appended it
   * @throws EventValidationError when the payload is not valid: nothing was published
   * @throws ProducerOverloadedError when too many events wait already: nothing was published
   * @throws PublishTimeoutError when Redis confirmed nothing in time: the event is in the stream once, or not at all
   */
  async publish<T extends object>(event: EventClass<T>, data: T, options: ProduceOptions = {}): Promise<string> {
    return this.enqueue([this.appendable({ event, data, options })])[0] as Promise<string>;
  }

  /**
   * Publishes several events, in this order; up to 100 in one round trip, which appends all of them or none.
   *
   * @returns the entries' ids
   * @throws as {@link publish}; nothing is published when one payload is not valid
   */
  async publishAll(events: readonly EventToPublish[]): Promise<string[]> {
    return Promise.all(this.enqueue(events.map((event) => this.appendable(event))));
  }

  /** Waits until everything that was asked for is published or has failed. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private appendable({ event, data, options = {} }: EventToPublish): Appendable {
    const { stream } = domainEventOf(event);
    const fields = encode(newEnvelope(event, data, this.options.source, options));
    return {
      stream: this.keyspace.stream(stream),
      fields,
      ...(options.idempotencyKey === undefined
        ? {}
        : { once: this.keyspace.published(stream, options.idempotencyKey) }),
    };
  }

  private enqueue(events: readonly Appendable[]): Promise<string>[] {
    const { bufferLimit } = this.options.producer;
    if (this.waiting + events.length > bufferLimit) throw new ProducerOverloadedError(bufferLimit);
    this.waiting += events.length;
    const published: Promise<string>[] = [];
    for (let first = 0; first < events.length; first += LARGEST_BATCH) {
      const together: Waiting[] = [];
      for (const event of events.slice(first, first + LARGEST_BATCH)) {
        published.push(
          new Promise((resolve, reject) => {
            together.push({ ...event, resolve, reject });
          }),
        );
      }
      this.queue.push(together);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      // After the current callers had their turn, so that they share the batch.
      queueMicrotask(() => {
        this.scheduled = false;
        void this.flush();
      });
    }
    return published;
  }

  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.queue.length > 0) {
      const batch = this.nextBatch();
      await this.send(batch);
      this.waiting -= batch.length;
    }
    this.sending = false;
    for (const idle of this.whenIdle.splice(0)) idle();
  }

  /** As many events as one call takes; what one `publishAll` asked for stays together. */
  private nextBatch(): Waiting[] {
    const batch = this.queue.shift() ?? [];
    while (batch.length + (this.queue[0]?.length ?? Infinity) <= LARGEST_BATCH)
      batch.push(...(this.queue.shift() ?? []));
    return batch;
  }

  /** Sends a batch until Redis answers or the time is up; it never rejects, its events do. */
  private async send(batch: readonly Waiting[]): Promise<void> {
    const { timeoutMs, idempotencyMs } = this.options.producer;
    const keep = { producer: PRODUCER_MEMORY_MS, idempotency: idempotencyMs };
    const { keys, values } = appendArguments(this.key, ++this.sequence, batch, keep);
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        const left = Math.max(1, deadline - Date.now());
        const ids = await this.client.append(keys, values, Math.min(left, this.options.commandTimeoutMs));
        batch.forEach(({ resolve }, index) => {
          resolve(ids[index] as string);
        });
        return;
      } catch (error) {
        if (isOutage(error) && Date.now() + PAUSE_AFTER_FAILURE_MS < deadline) {
          await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
          continue;
        }
        const unknown = error instanceof RedisUnavailableError;
        const reason = unknown ? new PublishTimeoutError(timeoutMs, { cause: error }) : (error as Error);
        for (const { reject } of batch) reject(reason);
        return;
      }
    }
  }
}
