import { checkTarget, type RedisTarget } from '../connection/redis-target.js';
import type { EventClass } from '../model/domain-event.js';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../model/payload-limits.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import type { StartFrom } from '../stream/group-starts.js';
import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';

/** How the consumer reads and handles. */
export interface ConsumerOptions {
  /** Handlers that run at once. @default 16 */
  concurrency?: number;
  /** Entries that one worker holds at once: waiting, running, or waiting for their retry. @default 1024 */
  readAhead?: number;
  /** Bytes of the entries that one worker holds at once, about. @default 67108864, 64 MiB */
  readAheadBytes?: number;
  /** Entries that one read brings at most. @default 200 */
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
  /**
   * How long a worker owns a partition without renewing it, in milliseconds: after that others take over what a dead one
   * owned. It is renewed three times as often. Only with `partitions`. @default 15000
   */
  leaseMs?: number;
  /** How long shutdown waits for running handlers before it hands their events back, in milliseconds. @default 10000 */
  drainMs?: number;
  /** How long one try of a handler may take, in milliseconds; 0 for no limit. @default 60000 */
  timeoutMs?: number;
  /**
   * How long a handler may go on after its time limit, in milliseconds, before the worker reports itself unhealthy; until
   * it ends its key and its slot stay taken. @default 60000
   */
  overrunMs?: number;
  /**
   * What becomes of an event with an integer beyond ±(2^53 - 1), which JavaScript's numbers do not hold: `refuse` makes it
   * a dead letter, `round` gives the handler what `JSON.parse` makes of it; of one that is too large for them, such as `1e400`,
   * that is Infinity. @default 'refuse'
   */
  unsafeIntegers?: UnsafeIntegers;
  /**
   * What becomes of an event of a type or a major version that this worker does not know; for all streams, or by the stream's
   * name without prefix. `wait`: another worker of the group that knows it gets it; where none does, it stays pending for
   * `unknownGraceMs` and is a dead letter then. `dead-letter`: at once. `ignore`: it is acknowledged. @default 'wait'
   */
  unknown?: UnknownPolicy | Readonly<Record<string, UnknownPolicy>>;
  /**
   * How long an event that no living worker knows waits before it is a dead letter, in milliseconds, by Redis' clock: from when
   * the first worker had it, whatever is restarted meanwhile. @default 600000, ten minutes
   */
  unknownGraceMs?: number;
  /**
   * Bytes of `data` of one entry, and of all its other fields together (of those 65,536 at least); a larger one is a dead letter.
   * @default 1048576, 1 MiB
   */
  maxBytes?: number;
  /** Objects and arrays within each other in `data` of one entry; a deeper one is a dead letter. @default 100 */
  maxDepth?: number;
  /**
   * Properties of all objects in `data` of one entry together, and fields of the entry besides the envelope's; one with more is a
   * dead letter. @default 10000
   */
  maxProperties?: number;
  /** Items of all arrays in `data` of one entry together; one with more is a dead letter. @default 10000 */
  maxItems?: number;
  /** How often a handler failure is tried again, unless the handler says otherwise. */
  retry?: Partial<RetryPolicy>;
}

/** What becomes of integers that JavaScript's numbers do not hold. */
export type UnsafeIntegers = 'refuse' | 'round';

/** What becomes of an event that a worker does not know. */
export type UnknownPolicy = 'wait' | 'dead-letter' | 'ignore';

/** How the producer publishes. */
export interface ProducerOptions {
  /** How long a publish is tried before it fails, in milliseconds. @default 10000 */
  timeoutMs?: number;
  /** Events that may wait at once; more are refused at once. @default 10000 */
  bufferLimit?: number;
  /** Bytes of events that may wait at once; more are refused at once. @default 67108864, 64 MiB */
  bufferBytes?: number;
  /** How long an idempotency key is remembered, in milliseconds. @default 86400000, a day */
  idempotencyMs?: number;
  /** Bytes of one payload's JSON; larger ones are refused. @default 1048576, 1 MiB */
  maxBytes?: number;
  /** Objects and arrays within each other in one payload; deeper ones are refused. @default 100 */
  maxDepth?: number;
  /** Properties of all objects of one payload together; one with more is refused. @default 10000 */
  maxProperties?: number;
  /** Items of all arrays of one payload together; one with more is refused. @default 10000 */
  maxItems?: number;
  /**
   * When a publish counts as done. `received`: Redis has appended it. `replicated`: so many replicas have it, too, so
   * that a failover does not lose it. `fsynced`: it is on the disk of the master, and of so many replicas; needs Redis
   * 7.2 or Valkey, with the append-only file on. @default 'received'
   */
  acks?: Acks;
  /** How many replicas `acks` is about. @default 1 for `replicated`, 0 for `fsynced` */
  replicas?: number;
}

/** What is kept of the events that groups give up. */
export interface DeadLetterOptions {
  /**
   * Bytes of one dead letter, names of fields included. Of a larger entry it holds the small fields only, and where the rest is:
   * in its stream. At least 65536. @default 1114112, 1 MiB and 64 KiB: what a producer publishes by default is kept whole
   */
  maxBytes?: number;
  /** How many dead letters one stream keeps, about; the oldest go. 0 for all. @default 100000 */
  maxLength?: number;
  /** How long dead letters are kept, in milliseconds. 0 for ever. @default 0 */
  maxAgeMs?: number;
  /**
   * How many dead letters this worker writes in a second, beyond as many at once. The others wait, in the worker, whose room
   * they take, so that it reads less. 0 for no limit. @default 1000
   */
  maxPerSecond?: number;
}

/** What a publish waits for. */
export type Acks = 'received' | 'replicated' | 'fsynced';

/** What `EventsModule.forRoot` takes. */
export interface EventsModuleOptions {
  /** A `redis://` or `rediss://` URL, alone or with a password beside it, or ioredis' options. */
  redis: RedisTarget;
  /** Prefix of every key: `ecommerce` gives `ecommerce:orders`. */
  prefix: string;
  /** Who publishes: the `source` of every envelope, such as `order_service`. */
  source: string;
  /** Where transactions keep the service's state: `inventory` gives `ecommerce:inventory:…`. @default source */
  state?: string;
  /** The consumer group, such as `ecommerce_processors`; needed where there are handlers. */
  group?: string;
  /**
   * Where the group starts on a stream on which it is new: with the stream's first entry (`beginning`), with what is appended
   * from now on (`now`), or with the first entry that is not before an entry id or a time. A group that is there already goes
   * on where it was. @default 'beginning'
   */
  startFrom?: StartFrom;
  /** Event classes that appear on this group's streams and that it passes over. */
  ignore?: readonly EventClass[];
  /**
   * Whether the application's global guards, pipes, interceptors and exception filters apply to event handlers, too. Those of
   * a handler's class and method always do. @default false
   */
  globalEnhancers?: boolean;
  /** Into how many partitions each stream is divided; the same in all applications of the prefix. @default 1 */
  partitions?: number;
  /**
   * With partitions, whether transactions keep the service's state under one prefix for all of them, instead of under
   * each partition's own; not in a Redis Cluster. @default false
   */
  sharedState?: boolean;
  /**
   * Whether what `@Personal()` marks is encrypted when this application publishes it, with a key for each subject, so that one
   * subject's data can be erased. To read it takes no option. @default false
   */
  erasure?: boolean;
  consumer?: ConsumerOptions;
  producer?: ProducerOptions;
  deadLetters?: DeadLetterOptions;
  /** What is kept, by the stream's name without prefix. @default everything, of all streams */
  retention?: Readonly<Record<string, RetentionPolicy>>;
  /** How long one Redis command may take, in milliseconds. @default 5000 */
  commandTimeoutMs?: number;
  /**
   * Whether failed tries and dead letters are logged: a warning and an error each, limited in rate. Turn it off where an
   * `EventsObserver` writes them. @default true
   */
  logFailures?: boolean;
}

/** The options with every default in its place. */
export interface ResolvedOptions extends Required<
  Omit<EventsModuleOptions, 'group' | 'consumer' | 'producer' | 'deadLetters'>
> {
  /** Of the module; undefined for the one without a name. */
  name: string | undefined;
  group: string | undefined;
  consumer: Required<Omit<ConsumerOptions, 'retry'>> & { retry: RetryPolicy };
  producer: Required<ProducerOptions>;
  deadLetters: Required<DeadLetterOptions>;
}

const MINUTE_MS = 60_000;
const MEBIBYTE = 2 ** 20;

/** What a dead letter says besides its original, at most, in bytes: most of it is the error's message and stack. */
const ABOUT_A_DEAD_LETTER = 64 * 1024;

/** By default they protect Redis from a flood, and lose nothing that an outage of an hour or two makes dead letters of. */
export const DEFAULT_DEAD_LETTERS: Required<DeadLetterOptions> = {
  maxBytes: MEBIBYTE + ABOUT_A_DEAD_LETTER,
  maxLength: 100_000,
  maxAgeMs: 0,
  maxPerSecond: 1000,
};

/** A handler failure is tried five times, within about half a minute. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 30_000 };

/** A deployment replaces workers one by one: those that are still to be replaced get what only the new ones know. */
export const DEFAULT_UNKNOWN: UnknownPolicy = 'wait';

/** An event is rather a dead letter than handled with another number than was sent. */
export const DEFAULT_UNSAFE_INTEGERS: UnsafeIntegers = 'refuse';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/**
 * Checks the options and puts the defaults in.
 *
 * @param moduleName of the module; undefined for the one without a name
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function resolveOptions(options: EventsModuleOptions, moduleName?: string): ResolvedOptions {
  if (Object.hasOwn(options, 'name')) {
    throw new ConfigurationError('EventsModule: expected name beside useFactory, not in what it returns');
  }
  const consumer = options.consumer ?? {};
  const producer = options.producer ?? {};
  const deadLetters = options.deadLetters ?? {};
  return {
    redis: checkTarget(options.redis),
    name: moduleName === undefined ? undefined : name('name', moduleName),
    prefix: name('prefix', options.prefix),
    source: name('source', options.source),
    state: name('state', options.state ?? options.source),
    group: options.group === undefined ? undefined : name('group', options.group),
    startFrom: start(options.startFrom ?? 'beginning'),
    ignore: options.ignore ?? [],
    globalEnhancers: truth('globalEnhancers', options.globalEnhancers ?? false),
    partitions: whole('partitions', options.partitions ?? 1, 1, 1024),
    sharedState: truth('sharedState', options.sharedState ?? false),
    erasure: truth('erasure', options.erasure ?? false),
    retention: Object.fromEntries(
      Object.entries(options.retention ?? {}).map(([stream, policy]) => [stream, resolveRetention(stream, policy)]),
    ),
    commandTimeoutMs: whole('commandTimeoutMs', options.commandTimeoutMs ?? 5000, 10, 10 * MINUTE_MS),
    logFailures: truth('logFailures', options.logFailures ?? true),
    consumer: {
      concurrency: whole('consumer.concurrency', consumer.concurrency ?? 16, 1, 10_000),
      readAhead: whole('consumer.readAhead', consumer.readAhead ?? 1024, 1, 100_000),
      readAheadBytes: whole('consumer.readAheadBytes', consumer.readAheadBytes ?? 64 * MEBIBYTE, 1, 2 ** 40),
      batchSize: whole('consumer.batchSize', consumer.batchSize ?? 200, 1, 5000),
      blockMs: whole('consumer.blockMs', consumer.blockMs ?? 2000, 10, MINUTE_MS),
      claimAfterMs: whole('consumer.claimAfterMs', consumer.claimAfterMs ?? 30_000, 100, 60 * MINUTE_MS),
      forgetAfterMs: whole(
        'consumer.forgetAfterMs',
        consumer.forgetAfterMs ?? 5 * MINUTE_MS,
        100,
        7 * 24 * 60 * MINUTE_MS,
      ),
      leaseMs: whole('consumer.leaseMs', consumer.leaseMs ?? 15_000, 300, 60 * MINUTE_MS),
      drainMs: whole('consumer.drainMs', consumer.drainMs ?? 10_000, 0, 10 * MINUTE_MS),
      timeoutMs: resolveTimeout('consumer.timeoutMs', consumer.timeoutMs ?? MINUTE_MS),
      overrunMs: whole('consumer.overrunMs', consumer.overrunMs ?? MINUTE_MS, 0, 24 * 60 * MINUTE_MS),
      unsafeIntegers: unsafeIntegers(consumer.unsafeIntegers ?? DEFAULT_UNSAFE_INTEGERS),
      unknown: unknownPolicy(consumer.unknown ?? DEFAULT_UNKNOWN),
      unknownGraceMs: whole(
        'consumer.unknownGraceMs',
        consumer.unknownGraceMs ?? 10 * MINUTE_MS,
        0,
        7 * 24 * 60 * MINUTE_MS,
      ),
      ...payloadLimits('consumer', consumer, DEEPEST_READ),
      retry: resolveRetry('consumer.retry', consumer.retry, DEFAULT_RETRY),
    },
    producer: {
      timeoutMs: whole('producer.timeoutMs', producer.timeoutMs ?? 10_000, 10, 10 * MINUTE_MS),
      bufferLimit: whole('producer.bufferLimit', producer.bufferLimit ?? 10_000, 1, 10_000_000),
      bufferBytes: whole('producer.bufferBytes', producer.bufferBytes ?? 64 * MEBIBYTE, 1, 2 ** 40),
      idempotencyMs: whole('producer.idempotencyMs', producer.idempotencyMs ?? 24 * 60 * MINUTE_MS, 1000, 2 ** 40),
      ...payloadLimits('producer', producer, DEEPEST_PUBLISHED),
      ...durability(producer),
    },
    deadLetters: {
      maxBytes: whole(
        'deadLetters.maxBytes',
        deadLetters.maxBytes ?? DEFAULT_DEAD_LETTERS.maxBytes,
        ABOUT_A_DEAD_LETTER,
        512 * MEBIBYTE,
      ),
      maxLength: whole('deadLetters.maxLength', deadLetters.maxLength ?? DEFAULT_DEAD_LETTERS.maxLength, 0, 2 ** 40),
      maxAgeMs: whole('deadLetters.maxAgeMs', deadLetters.maxAgeMs ?? DEFAULT_DEAD_LETTERS.maxAgeMs, 0, 2 ** 42),
      maxPerSecond: whole(
        'deadLetters.maxPerSecond',
        deadLetters.maxPerSecond ?? DEFAULT_DEAD_LETTERS.maxPerSecond,
        0,
        1_000_000,
      ),
    },
  };
}

/** What goes through a payload that is published calls itself for each level; what goes through the text of an entry does not. */
const DEEPEST_PUBLISHED = 1000;
const DEEPEST_READ = 1_000_000;
/** Redis takes no value above 512 MiB, in which there is no room for more members than half of that. */
const MAX_BYTES = 512 * MEBIBYTE;
const MAX_MEMBERS = 256 * MEBIBYTE;

function payloadLimits(of: 'consumer' | 'producer', given: Partial<PayloadLimits>, deepest: number): PayloadLimits {
  const { maxBytes, maxDepth, maxProperties, maxItems } = DEFAULT_PAYLOAD_LIMITS;
  return {
    maxBytes: whole(`${of}.maxBytes`, given.maxBytes ?? maxBytes, 2, MAX_BYTES),
    maxDepth: whole(`${of}.maxDepth`, given.maxDepth ?? maxDepth, 1, deepest),
    maxProperties: whole(`${of}.maxProperties`, given.maxProperties ?? maxProperties, 1, MAX_MEMBERS),
    maxItems: whole(`${of}.maxItems`, given.maxItems ?? maxItems, 1, MAX_MEMBERS),
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
  whole(`${where}.maxDelayMs`, policy.maxDelayMs, policy.firstDelayMs, 24 * 60 * MINUTE_MS);
  return policy;
}

/** What a handler says of errors. @throws ConfigurationError for one that is no class, as in a circle of imports */
export function resolveErrorRules(where: string, rules: readonly ErrorRule[] = []): readonly ErrorRule[] {
  for (const [index, given] of rules.entries()) {
    const { error, then }: { error: unknown; then: unknown } = given;
    const rule = `${where}[${String(index)}]`;
    if (typeof error !== 'function') throw wrong(`${rule}.error`, 'the class of an error', error);
    if (!ERROR_RULES.has(then)) throw wrong(`${rule}.then`, '"retry", "dead-letter" or "ignore"', then);
  }
  return rules;
}

const ERROR_RULES = new Set<unknown>(['retry', 'dead-letter', 'ignore']);

function resolveRetention(stream: string, policy: RetentionPolicy): RetentionPolicy {
  const where = `retention.${stream}`;
  const { maxAgeMs, maxLength, hardMaxLength } = policy;
  if (maxAgeMs === undefined && maxLength === undefined && hardMaxLength === undefined) {
    throw wrong(where, 'at least one of maxAgeMs, maxLength and hardMaxLength', policy);
  }
  if (maxAgeMs !== undefined) whole(`${where}.maxAgeMs`, maxAgeMs, 0, 2 ** 42);
  if (maxLength !== undefined) whole(`${where}.maxLength`, maxLength, 0, 2 ** 40);
  if (hardMaxLength !== undefined) whole(`${where}.hardMaxLength`, hardMaxLength, Math.max(1, maxLength ?? 1), 2 ** 40);
  return policy;
}

function durability({ acks = 'received', replicas }: ProducerOptions): { acks: Acks; replicas: number } {
  const least: Readonly<Record<string, number>> = { received: 0, replicated: 1, fsynced: 0 };
  const fewest = least[acks];
  if (fewest === undefined) throw wrong('producer.acks', '"received", "replicated" or "fsynced"', acks);
  const most = acks === 'received' ? 0 : 100;
  return { acks, replicas: whole(`producer.replicas, with acks "${acks}",`, replicas ?? fewest, fewest, most) };
}

function unsafeIntegers(value: unknown): UnsafeIntegers {
  if (value === 'refuse' || value === 'round') return value;
  throw wrong('consumer.unsafeIntegers', '"refuse" or "round"', value);
}

/** What becomes of events of one stream, without prefix, that a worker does not know. */
export function unknownPolicyOf(unknown: ConsumerOptions['unknown'], stream: string): UnknownPolicy {
  const policy = typeof unknown === 'object' ? (Object.hasOwn(unknown, stream) ? unknown[stream] : undefined) : unknown;
  return policy ?? DEFAULT_UNKNOWN;
}

function unknownPolicy(value: unknown): NonNullable<ConsumerOptions['unknown']> {
  const check = (where: string, policy: unknown): UnknownPolicy => {
    if (policy === 'wait' || policy === 'dead-letter' || policy === 'ignore') return policy;
    throw wrong(where, '"wait", "dead-letter" or "ignore"', policy);
  };
  if (typeof value !== 'object' || value === null) return check('consumer.unknown', value);
  return Object.fromEntries(
    Object.entries(value).map(([stream, policy]) => [stream, check(`consumer.unknown.${stream}`, policy)]),
  );
}

function whole(option: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(option, `a whole number from ${String(least)} to ${String(most)}`, value);
}

function start(value: unknown): StartFrom {
  if (value === 'beginning' || value === 'now') return value;
  if (typeof value === 'string' && /^\d{1,15}(-\d{1,20})?$/.test(value)) return value;
  if (value instanceof Date && value.getTime() >= 0 && value.getTime() <= Date.now()) return value;
  throw wrong('startFrom', '"beginning", "now", an entry id such as "1750000000000-0", or a Date that is past', value);
}

function truth(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(option, 'true or false', value);
}

function name(option: string, value: unknown): string {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw wrong(option, 'letters, digits, "_", "." and "-"', value);
}

function wrong(option: string, expected: string, value: unknown): ConfigurationError {
  return new ConfigurationError(
    `EventsModule: expected ${option} as ${expected}, got ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
  );
}
