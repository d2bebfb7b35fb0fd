import type { RetryPolicy } from '../model/retry-policy.js';
import {
  DAY_MS,
  group,
  HOUR_MS,
  MEBIBYTE,
  MINUTE_MS,
  oneOf,
  wholeNumber,
  type Check,
  type OptionName,
} from './check.js';
import { payloadChecks } from './payload-options.js';
import { DEFAULT_RETRY, resolveRetry } from './retry-options.js';
import { unknownPolicies, type UnknownPolicies } from './unknown-policy.js';

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
   * When a delivery is taken over by another consumer: after so long without renewal, in milliseconds. Deliveries are
   * renewed three times as often, so that only a dead or stalled worker loses its own. @default 30000
   */
  claimAfterMs?: number;
  /** When a consumer without deliveries is removed: after so long without a sign of it, in milliseconds. @default 300000 */
  forgetAfterMs?: number;
  /**
   * How long a worker owns a partition without renewing it, in milliseconds: after that, others take over what a dead worker
   * owned. It is renewed three times as often. Only with `partitions`. @default 15000
   */
  leaseMs?: number;
  /** How long shutdown waits for running handlers before it hands their events back, in milliseconds. @default 10000 */
  drainMs?: number;
  /** How long one try of a handler may take, in milliseconds; 0 for no limit. @default 60000 */
  timeoutMs?: number;
  /**
   * How long a handler may go on after its time limit, in milliseconds, before the worker reports itself unhealthy. Until
   * the handler ends, its key and its share of `concurrency` stay taken. @default 60000
   */
  overrunMs?: number;
  /**
   * What becomes of an event with an integer beyond ±(2^53 - 1), which JavaScript's numbers do not hold: `refuse` makes it
   * a dead letter, `round` gives the handler what `JSON.parse` makes of it (of `1e400`, which is too large for any number,
   * that is Infinity). By default an event is rather a dead letter than handled with another number. @default 'refuse'
   */
  unsafeIntegers?: UnsafeIntegers;
  /**
   * What becomes of an event of a type or a major version that this worker does not know; for all streams, or by the stream's
   * name without prefix. `wait`: another worker of the group that knows it gets it; where none does, it stays pending for
   * `unknownGraceMs` and is a dead letter then. `dead-letter`: at once. `ignore`: it is acknowledged. @default 'wait'
   */
  unknown?: UnknownPolicies;
  /**
   * How long an event that no living worker knows waits before it is a dead letter, in milliseconds, by Redis' clock: from when
   * the first worker had it, whatever is restarted meanwhile. @default 600000, ten minutes
   */
  unknownGraceMs?: number;
  /**
   * Bytes of `data` of one entry, and of all its other fields together (of those 65,536 at least); a larger entry is a dead
   * letter. @default 1048576, 1 MiB
   */
  maxBytes?: number;
  /** Objects and arrays within each other in `data` of one entry; a deeper one is a dead letter. @default 100 */
  maxDepth?: number;
  /**
   * Properties of all objects in `data` of one entry together, and fields of the entry besides the envelope's; an entry with
   * more is a dead letter. @default 10000
   */
  maxProperties?: number;
  /** Items of all arrays in `data` of one entry together; an entry with more is a dead letter. @default 10000 */
  maxItems?: number;
  /** How often a failed handler is tried again, and the pauses, unless the handler says otherwise. */
  retry?: Partial<RetryPolicy>;
}

/** What becomes of integers that JavaScript's numbers do not hold. */
export type UnsafeIntegers = 'refuse' | 'round';

/** With every default in its place. */
export interface ResolvedConsumerOptions extends Required<Omit<ConsumerOptions, 'retry'>> {
  retry: RetryPolicy;
}

/** How long one try of a handler may take: of all handlers, and of one. */
export const tryTimeout = wholeNumber({ min: 0, max: DAY_MS, fallback: MINUTE_MS });

/** The text of an entry is searched without recursion, however deep it is. */
const MAX_DEPTH_READ = 1_000_000;

export const consumerOptions: Check<ResolvedConsumerOptions> = group<ResolvedConsumerOptions>({
  concurrency: wholeNumber({ min: 1, max: 10_000, fallback: 16 }),
  readAhead: wholeNumber({ min: 1, max: 100_000, fallback: 1024 }),
  readAheadBytes: wholeNumber({ min: 1, max: 2 ** 40, fallback: 64 * MEBIBYTE }),
  batchSize: wholeNumber({ min: 1, max: 5000, fallback: 200 }),
  blockMs: wholeNumber({ min: 10, max: MINUTE_MS, fallback: 2000 }),
  claimAfterMs: wholeNumber({ min: 100, max: HOUR_MS, fallback: 30_000 }),
  forgetAfterMs: wholeNumber({ min: 100, max: 7 * DAY_MS, fallback: 5 * MINUTE_MS }),
  leaseMs: wholeNumber({ min: 300, max: HOUR_MS, fallback: 15_000 }),
  drainMs: wholeNumber({ min: 0, max: 10 * MINUTE_MS, fallback: 10_000 }),
  timeoutMs: tryTimeout,
  overrunMs: wholeNumber({ min: 0, max: DAY_MS, fallback: MINUTE_MS }),
  unsafeIntegers: oneOf('refuse', 'round'),
  unknown: unknownPolicies,
  unknownGraceMs: wholeNumber({ min: 0, max: 7 * DAY_MS, fallback: 10 * MINUTE_MS }),
  ...payloadChecks(MAX_DEPTH_READ),
  retry: Object.assign(
    (option: OptionName, given: unknown) =>
      resolveRetry(option, given as Partial<RetryPolicy> | undefined, DEFAULT_RETRY),
    { inner: Object.keys(DEFAULT_RETRY) },
  ),
});
