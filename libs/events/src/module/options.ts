import type { RedisTarget } from '../connection/redis-connection.js';
import type { EventClass } from '../envelope/domain-event.js';
import { ConfigurationError } from '../errors.js';
import type { RetryPolicy } from '../settle/retry-policy.js';

/** How the consumer reads and handles. */
export interface ConsumerOptions {
  /** Handlers that run at once. @default 16 */
  concurrency?: number;
  /** Entries that one worker holds at once: waiting, running, or waiting for their retry. @default 512 */
  readAhead?: number;
  /** Entries that one read brings at most. @default 100 */
  batchSize?: number;
  /** How long one read waits at the server for new entries, in milliseconds. @default 2000 */
  blockMs?: number;
  /**
   * A delivery that was not renewed for so long is taken over by another consumer, in milliseconds. Deliveries are
   * renewed three times as often, so that only a dead or stalled worker loses its own. @default 30000
   */
  claimAfterMs?: number;
  /** A consumer without deliveries that was not seen for so long is removed, in milliseconds. @default 300000 */
  forgetAfterMs?: number;
  /** How long shutdown waits for running handlers before it hands their events back, in milliseconds. @default 10000 */
  drainMs?: number;
  /** How long one try of a handler may take, in milliseconds; 0 for no limit. @default 60000 */
  timeoutMs?: number;
  /** How often a handler failure is tried again, unless the handler says otherwise. */
  retry?: Partial<RetryPolicy>;
}

/** How the producer publishes. */
export interface ProducerOptions {
  /** How long a publish is tried before it fails, in milliseconds. @default 10000 */
  timeoutMs?: number;
  /** Events that may wait at once; more are refused at once. @default 10000 */
  bufferLimit?: number;
  /** How long an idempotency key is remembered, in milliseconds. @default 86400000, a day */
  idempotencyMs?: number;
}

/** What `EventsModule.forRoot` takes. */
export interface EventsModuleOptions {
  /** A `redis://` or `rediss://` URL, or ioredis options. */
  redis: RedisTarget;
  /** Prefix of every key: `ecommerce` gives `ecommerce:orders`. */
  prefix: string;
  /** Who publishes: the `source` of every envelope, such as `order_service`. */
  source: string;
  /** Where transactions keep the service's state: `inventory` gives `ecommerce:inventory:…`. @default source */
  state?: string;
  /** The consumer group, such as `ecommerce_processors`; needed where there are handlers. */
  group?: string;
  /** Event classes that appear on this group's streams and that it passes over. */
  events?: readonly EventClass[];
  consumer?: ConsumerOptions;
  producer?: ProducerOptions;
  /** How long one Redis command may take, in milliseconds. @default 5000 */
  commandTimeoutMs?: number;
}

/** The options with every default in its place. */
export interface ResolvedOptions extends Required<Omit<EventsModuleOptions, 'group' | 'consumer' | 'producer'>> {
  group: string | undefined;
  consumer: Required<Omit<ConsumerOptions, 'retry'>> & { retry: RetryPolicy };
  producer: Required<ProducerOptions>;
}

const MINUTE_MS = 60_000;

/** A handler failure is tried five times, within about half a minute. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, longestDelayMs: 30_000 };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/**
 * Checks the options and puts the defaults in.
 *
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function resolveOptions(options: EventsModuleOptions): ResolvedOptions {
  const consumer = options.consumer ?? {};
  const producer = options.producer ?? {};
  return {
    redis: target(options.redis),
    prefix: name('prefix', options.prefix),
    source: name('source', options.source),
    state: name('state', options.state ?? options.source),
    group: options.group === undefined ? undefined : name('group', options.group),
    events: options.events ?? [],
    commandTimeoutMs: whole('commandTimeoutMs', options.commandTimeoutMs ?? 5000, 10, 10 * MINUTE_MS),
    consumer: {
      concurrency: whole('consumer.concurrency', consumer.concurrency ?? 16, 1, 10_000),
      readAhead: whole('consumer.readAhead', consumer.readAhead ?? 512, 1, 100_000),
      batchSize: whole('consumer.batchSize', consumer.batchSize ?? 100, 1, 10_000),
      blockMs: whole('consumer.blockMs', consumer.blockMs ?? 2000, 10, MINUTE_MS),
      claimAfterMs: whole('consumer.claimAfterMs', consumer.claimAfterMs ?? 30_000, 100, 60 * MINUTE_MS),
      forgetAfterMs: whole(
        'consumer.forgetAfterMs',
        consumer.forgetAfterMs ?? 5 * MINUTE_MS,
        100,
        7 * 24 * 60 * MINUTE_MS,
      ),
      drainMs: whole('consumer.drainMs', consumer.drainMs ?? 10_000, 0, 10 * MINUTE_MS),
      timeoutMs: resolveTimeout('consumer.timeoutMs', consumer.timeoutMs ?? MINUTE_MS),
      retry: resolveRetry('consumer.retry', consumer.retry, DEFAULT_RETRY),
    },
    producer: {
      timeoutMs: whole('producer.timeoutMs', producer.timeoutMs ?? 10_000, 10, 10 * MINUTE_MS),
      bufferLimit: whole('producer.bufferLimit', producer.bufferLimit ?? 10_000, 1, 10_000_000),
      idempotencyMs: whole('producer.idempotencyMs', producer.idempotencyMs ?? 24 * 60 * MINUTE_MS, 1000, 2 ** 40),
    },
  };
}

/** How long one try of a handler may take: up to a day, or 0 for no limit. */
export function resolveTimeout(where: string, value: number): number {
  return whole(where, value, 0, 24 * 60 * MINUTE_MS);
}

/** A handler's retry policy: what it says, and the rest from `defaults`. */
export function resolveRetry(
  where: string,
  given: Partial<RetryPolicy> | undefined,
  defaults: RetryPolicy,
): RetryPolicy {
  const policy = { ...defaults, ...given };
  whole(`${where}.attempts`, policy.attempts, 1, 1000);
  whole(`${where}.firstDelayMs`, policy.firstDelayMs, 0, 60 * MINUTE_MS);
  whole(`${where}.longestDelayMs`, policy.longestDelayMs, policy.firstDelayMs, 24 * 60 * MINUTE_MS);
  return policy;
}

function whole(option: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(option, `a whole number from ${String(least)} to ${String(most)}`, value);
}

function name(option: string, value: unknown): string {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw wrong(option, 'letters, digits, "_", "." and "-"', value);
}

function target(value: unknown): RedisTarget {
  if (typeof value === 'object' && value !== null) return value;
  if (typeof value === 'string' && URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)) return value;
  // The value is not shown: it may hold a password.
  throw new ConfigurationError(
    `EventsModule: expected redis as ioredis options or a URL such as redis://127.0.0.1:6379, got ${
      typeof value === 'string' ? 'another string' : typeof value
    }`,
  );
}

function wrong(option: string, expected: string, value: unknown): ConfigurationError {
  return new ConfigurationError(
    `EventsModule: expected ${option} as ${expected}, got ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
  );
}
