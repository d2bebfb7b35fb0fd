import { checkTarget } from '../connection/check-target.js';
import type { RedisTarget } from '../connection/redis-target.js';
import type { EventClass } from '../model/domain-event.js';
import { CONSOLE_ROOT, RESERVED_GROUPS, RESERVED_ROOTS } from '../model/reserved-names.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import type { StartFrom } from '../stream/clients/group-starts.js';
import {
  keyPart,
  listed,
  MINUTE_MS,
  resolveEach,
  trueOrFalse,
  wholeNumber,
  wrong,
  type Check,
  type Checks,
} from './check.js';
import { consumerOptions, type ConsumerOptions, type ResolvedConsumerOptions } from './consumer-options.js';
import { deadLetterOptions, type DeadLetterOptions } from './dead-letter-options.js';
import { producerOptions, type ProducerOptions } from './producer-options.js';
import { retentionOptions } from './retention-options.js';

/** Into how many partitions a stream can be divided. */
export const MAX_PARTITIONS = 1024;

/** What `createProducer` and `createWorker` take. `createOperator` takes some of them, `EventsModule` some more. */
export interface EventsOptions {
  /** Where Redis is: a URL such as `redis://127.0.0.1:6379`, a URL with user, password or certificates beside it, or ioredis' options. */
  redis: RedisTarget;
  /** Prefix of every key: `ecommerce` gives `ecommerce:orders`. */
  prefix: string;
  /** Who publishes: the `source` of every envelope, such as `order_service`. */
  source: string;
  /** The name that the service's own keys stand under, in transactions: `inventory` gives `ecommerce:inventory:…`. @default source */
  state?: string;
  /** The consumer group, such as `ecommerce_processors`. An application with handlers needs one. */
  group?: string;
  /**
   * Where the group starts on a stream that it has not read before: at the stream's first entry (`beginning`), at the first entry
   * appended from now on (`now`), or at the first entry from an entry id or a time on. A group that exists goes on where it was.
   * @default 'beginning'
   */
  startFrom?: StartFrom;
  /** Event classes of this group's streams that it does not handle: their events are acknowledged. */
  ignore?: readonly EventClass[];
  /** How many partitions each stream has. All applications of a prefix must have the same number. @default 1 */
  partitions?: number;
  /**
   * With partitions: whether all of them share the service's keys. If not, each partition has its own. Not possible in a
   * Redis Cluster. @default false
   */
  sharedState?: boolean;
  /**
   * Whether this application encrypts the fields marked with `@Personal()` when it publishes, with one key for each subject, so that
   * the data of one subject can be erased. Readers need no option. @default false
   */
  erasure?: boolean;
  /** How the worker reads and handles events. */
  consumer?: ConsumerOptions;
  /** How events are published. */
  producer?: ProducerOptions;
  /** How many dead letters are kept, and how large they are. */
  deadLetters?: DeadLetterOptions;
  /** Which entries are kept, by the stream's name without prefix. @default all, of all streams */
  retention?: Readonly<Record<string, RetentionPolicy>>;
  /** How long one Redis command may take before it fails, in milliseconds. @default 5000 */
  commandTimeoutMs?: number;
  /**
   * Whether each failed attempt is logged as a warning, and each dead letter as an error; the rate is limited. Turn it off if an
   * `EventsObserver` of yours logs them. @default true
   */
  logFailures?: boolean;
}

/** The options with every default in its place. */
export interface ResolvedOptions extends Required<
  Omit<EventsOptions, 'group' | 'consumer' | 'producer' | 'deadLetters'>
> {
  /** What the options were given to, as errors name it: `EventsModule`, `createProducer`, … */
  caller: string;
  group: string | undefined;
  consumer: ResolvedConsumerOptions;
  producer: Required<ProducerOptions>;
  deadLetters: Required<DeadLetterOptions>;
}

const startFrom: Check<StartFrom> = (option, given = 'beginning') => {
  if (given === 'beginning' || given === 'now') return given;
  if (typeof given === 'string' && /^\d{1,15}(-\d{1,20})?$/.test(given)) return given;
  if (given instanceof Date && given.getTime() >= 0 && given.getTime() <= Date.now()) return given;
  throw wrong(option, '"beginning", "now", an entry id such as "1750000000000-0", or a Date that is past', given);
};

/** How long Redis may take to answer. @param fallback in milliseconds */
export function commandTimeout(fallback: number): Check<number> {
  return wholeNumber({ min: 10, max: 10 * MINUTE_MS, fallback });
}

const state: Check<string> = (option, given, { source, group: consuming }) => {
  const name = keyPart(option, given ?? source, {});
  const reserved = consuming === undefined ? RESERVED_ROOTS : [...RESERVED_ROOTS, CONSOLE_ROOT];
  if (!reserved.includes(name)) return name;
  const expected = `another name than ${listed(reserved)}, where the library keeps its own keys`;
  throw wrong(option, given === undefined ? `${expected} (its default is source)` : expected, name);
};

const consumerGroup: Check<string> = (option, given) => {
  const name = keyPart(option, given, {});
  if (!RESERVED_GROUPS.includes(name.toLowerCase())) return name;
  throw wrong(option, `another name than ${listed(RESERVED_GROUPS)}, which Redis or the library's own keys use`, name);
};

/**
 * Checks the options and puts the defaults in.
 *
 * @param caller what they were given to, as errors name it
 * @param more the checks of options that this caller takes beside these
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function resolveOptions<More extends object = object>(
  options: EventsOptions & Partial<More>,
  caller: string,
  more = {} as Checks<More>,
): ResolvedOptions & More {
  const resolved = resolveEach<Omit<ResolvedOptions, 'caller'> & More>(
    {
      redis: (_, given) => checkTarget(caller, given),
      prefix: keyPart,
      source: keyPart,
      state,
      group: (option, given) => (given === undefined ? undefined : consumerGroup(option, given, {})),
      startFrom,
      ignore: (_, given) => (given ?? []) as readonly EventClass[],
      partitions: wholeNumber({ min: 1, max: MAX_PARTITIONS, fallback: 1 }),
      sharedState: trueOrFalse(false),
      erasure: trueOrFalse(false),
      consumer: consumerOptions,
      producer: producerOptions,
      deadLetters: deadLetterOptions,
      retention: retentionOptions,
      commandTimeoutMs: commandTimeout(5000),
      logFailures: trueOrFalse(true),
      ...more,
    } as Checks<Omit<ResolvedOptions, 'caller'> & More>,
    { ...options },
    caller,
  );
  return { caller, ...resolved };
}
