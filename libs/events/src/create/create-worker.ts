import type { RedisConnection } from '../connection/redis-connection.js';
import type { Delivery } from '../delivery/delivery.js';
import { inContextOfItsOwn } from '../dispatch/own-context.js';
import { registerHandler } from '../dispatch/register-handler.js';
import { subscriptionsOf, type RegisteredHandler } from '../delivery/subscriptions.js';
import type { EventClass } from '../model/domain-event.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { EventsObserver as InternalObserver } from '../observe/events-observer.js';
import { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { EvictionCheck } from '../operate/eviction-check.js';
import { Retention } from '../operate/retention.js';
import type { HandlerOptions } from '../options/handler-options.js';
import type { EventsOptions } from '../options/options.js';
import type { Agreement } from './agreement.js';
import { newConsumerName } from '../read/consumer-name.js';
import { MonitorClient } from '../stream/questions/monitor-client.js';
import { Metrics } from '../telemetry/metrics.js';
import { FailureLog } from '../observe/failure-log.js';
import { Worker } from '../worker/worker.js';
import type { WorkerParts } from '../worker/worker-parts.js';
import type { WorkerStatus } from '../worker/worker-status.js';
import { plainPartsOf } from './plain-parts.js';
import type { EventsObserver } from './public-classes.js';

/** A handler of one event type, for {@link createWorker}. */
export interface WorkerHandler<T extends object = object> extends HandlerOptions {
  /** Its event class. */
  event: EventClass<T>;
  /** What its retries are counted by in Redis, and its dead letters are replayed by: it stays the same. */
  name: string;
  /** When it returns, the event is acknowledged, together with its transaction; when it throws, the event is tried again. */
  handle(event: EventEnvelope<T>, delivery: Delivery): unknown;
}

/** What a handler has beside the options. */
const OWN_OPTIONS: readonly Exclude<keyof WorkerHandler, keyof HandlerOptions>[] = ['event', 'name', 'handle'];

/** A worker of a consumer group, with connections of its own. */
export interface PlainWorker extends WorkerStatus {
  /** Its name in the group. */
  readonly name: string;
  /** Tells what happens to events. */
  readonly observer: EventsObserver;
  /**
   * Connects, and begins to read. If it fails, no connection stays open.
   *
   * @throws ConfigurationError when others have agreed on something else, RedisUnavailableError when Redis is not there
   */
  start(): Promise<void>;
  /** Reads nothing more, sees through what runs within `consumer.drainMs`, hands back the rest, and closes its connections. */
  stop(): Promise<void>;
}

/**
 * A worker without a framework: `start()` it, and `stop()` it, such as on SIGTERM. Options for producers apply to what transactions
 * publish.
 *
 * @throws ConfigurationError for an option, a handler or an event class that cannot be
 */
export function createWorker<T extends [] | object[]>(
  options: EventsOptions & { group: string },
  handlers: { readonly [K in keyof T]: T[K] extends object ? WorkerHandler<T[K]> : never },
): PlainWorker {
  const parts = plainPartsOf('createWorker', options);
  const { options: resolved, client, partitions, observer, connection } = parts;
  const registered = (handlers as unknown as readonly WorkerHandler[]).map((handler): RegisteredHandler => {
    const { name, event } = handler;
    const invoke = inContextOfItsOwn((envelope, delivery) => handler.handle(envelope, delivery));
    const where = `createWorker, handler ${name}`;
    // A handler of a class may have more, such as what it works with.
    const others = Object.getPrototypeOf(handler) === Object.prototype ? OWN_OPTIONS : undefined;
    return registerHandler(where, { name, event, options: handler, invoke }, resolved.consumer, others);
  });
  const subscriptions = subscriptionsOf(registered, resolved.ignore, resolved.consumer);
  if (subscriptions.length === 0) throw new ConfigurationError('createWorker: expected at least one handler, got none');

  const monitor = new MonitorClient(connection);
  const deadLetterLimits = new DeadLetterLimits(resolved, client, monitor, partitions, observer);
  const { group } = options;
  const address = { group, consumer: newConsumerName() };
  const streams = subscriptions.map(({ streamName }) => streamName);
  return new StandaloneWorker(
    { ...parts, address, subscriptions, deadLetterLimits },
    parts.agreement,
    connection,
    new FailureLog(resolved, observer),
    new Retention(resolved, client, monitor, partitions, observer),
    new EvictionCheck(client, monitor, observer),
    new Metrics(observer, partitions, { group, streams }, new EventMonitor(monitor, partitions), client),
  );
}

/** A worker with what runs beside it. */
class StandaloneWorker extends Worker implements PlainWorker {
  readonly name: string;
  readonly observer: InternalObserver;
  private ended: Promise<void> | undefined;

  constructor(
    private readonly own: WorkerParts,
    private readonly agreement: Agreement,
    private readonly shared: RedisConnection,
    private readonly failureLog: FailureLog,
    private readonly retention: Retention,
    private readonly eviction: EvictionCheck,
    private readonly metrics: Metrics,
  ) {
    super(own);
    this.name = own.address.consumer;
    this.observer = own.observer;
  }

  override async start(): Promise<void> {
    try {
      await this.agreement.reach();
      await super.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.retention.start();
    this.eviction.start();
    this.metrics.start();
  }

  override stop(): Promise<void> {
    return (this.ended ??= this.endAll());
  }

  private async endAll(): Promise<void> {
    this.metrics.stop();
    this.eviction.stop();
    await Promise.all([super.stop(), this.retention.stop(), this.own.deadLetterLimits.stop()]);
    this.failureLog.stop();
    this.shared.close();
  }
}
