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
  /** How many handlers run at once. @default 16 */
  concurrency?: number;
  /** How many entries one worker holds at once: they wait, run, or are in a retry pause. @default 1024 */
  readAhead?: number;
  /** About how many bytes of entries one worker holds at once. @default 67108864, 64 MiB */
  readAheadBytes?: number;
  /** How many entries one read fetches at most. @default 200 */
  batchSize?: number;
  /** How long one read waits at the server for new entries, in milliseconds. @default 2000 */
  blockMs?: number;
  /**
   * After how long without renewal another worker takes a delivery over, in milliseconds. A worker renews its deliveries three
   * times as often, so only a dead or stalled worker loses them. @default 30000
   */
  claimAfterMs?: number;
  /** After how long without a sign of life a consumer without deliveries is removed, in milliseconds. @default 300000 */
  forgetAfterMs?: number;
  /**
   * After how long without renewal another worker takes a partition over, in milliseconds. A worker renews its leases three times
   * as often. Only with `partitions`. @default 15000
   */
  leaseMs?: number;
  /** How long the shutdown waits for running handlers before it hands their events back, in milliseconds. @default 10000 */
  drainMs?: number;
  /** How long one attempt of a handler may take, in milliseconds; 0 for no limit. @default 60000 */
  timeoutMs?: number;
  /**
   * How long a handler may run on after its time limit before the worker reports itself unhealthy, in milliseconds. Until the
   * handler ends, its partition key and its slot (one of `concurrency`) stay taken. @default 60000
   */
  overrunMs?: number;
  /**
   * What happens to an event with an integer beyond ±(2^53 - 1), which JavaScript cannot represent. `refuse`: it becomes a dead
   * letter. `round`: the handler gets the number that `JSON.parse` returns (`Infinity` for `1e400`). @default 'refuse'
   */
  unsafeIntegers?: UnsafeIntegers;
  /**
   * What happens to an event of a type or a major version that this worker does not know; for all streams, or by the stream's
   * name without prefix. `wait`: a worker of the group that knows it gets it; if there is none for `unknownGraceMs`, the event
   * becomes a dead letter. `dead-letter`: it becomes one at once. `ignore`: it is acknowledged. @default 'wait'
   */
  unknown?: UnknownPolicies;
  /**
   * How long an event waits for a worker that knows it before it becomes a dead letter, in milliseconds. It counts from the first
   * delivery, by Redis' clock; restarts of workers do not change it. @default 600000, ten minutes
   */
  unknownGraceMs?: number;
  /**
   * How many bytes `data` of an entry may have, and as many all its other fields together (65,536 are always allowed there). A
   * larger entry becomes a dead letter. @default 1048576, 1 MiB
   */
  maxBytes?: number;
  /** How deep objects and arrays may be nested in `data`. A deeper entry becomes a dead letter. @default 100 */
  maxDepth?: number;
  /**
   * How many properties all objects in `data` may have together, and how many fields an entry may have besides the envelope's. An
   * entry with more becomes a dead letter. @default 10000
   */
  maxProperties?: number;
  /** How many items all arrays in `data` may have together. An entry with more becomes a dead letter. @default 10000 */
  maxItems?: number;
  /** How many attempts an event has, and the pauses between them, unless its handler has a policy of its own. */
  retry?: Partial<RetryPolicy>;
}

/** What happens to integers that JavaScript cannot represent. */
export type UnsafeIntegers = 'refuse' | 'round';

/** With every default in its place. */
export interface ResolvedConsumerOptions extends Required<Omit<ConsumerOptions, 'retry'>> {
  retry: RetryPolicy;
}

/** How long one attempt may take: the check of the worker's option, and of a handler's. */
export const attemptTimeout = wholeNumber({ min: 0, max: DAY_MS, fallback: MINUTE_MS });

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
  timeoutMs: attemptTimeout,
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
