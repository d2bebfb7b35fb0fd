import { RedisConnection } from '../connection/redis-connection.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { EventsError } from '../model/errors/events-error.js';
import { EventsObserver as InternalObserver } from '../observe/events-observer.js';
import { shown } from '../model/fields.js';
import { DeadLetters } from '../operate/dead-letters.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { OptionName } from '../options/check.js';
import {
  commandTimeout,
  MAX_PARTITIONS,
  resolveOptions,
  type EventsOptions,
  type ResolvedOptions,
} from '../options/options.js';
import { Subjects } from '../personal/subjects.js';
import { AgreementClient } from '../stream/clients/agreement-client.js';
import { Keyspace } from '../stream/keys/keyspace.js';
import { checkLayout } from '../stream/clients/layout-version.js';
import { MonitorClient } from '../stream/questions/monitor-client.js';
import { Partitions as InternalPartitions } from '../stream/keys/partitions.js';
import { StreamClient } from '../stream/clients/stream-client.js';
import { observedWatch } from './plain-parts.js';
import type { EventsObserver, Partitions } from './public-classes.js';

/** What {@link createOperator} takes. How many partitions streams have is read from Redis. */
export interface OperatorOptions extends Pick<
  EventsOptions,
  'redis' | 'prefix' | 'source' | 'producer' | 'commandTimeoutMs'
> {
  /** How long the first answer of Redis may take, in milliseconds. @default commandTimeoutMs */
  startTimeoutMs?: number;
}

/**
 * Looks at the streams of a prefix and operates them, over one connection of its own. What it has for that is there from its start
 * on; asked for earlier, it throws an EventsError.
 */
export interface Operator {
  /** Looks at streams, groups and entries. */
  readonly monitor: EventMonitor;
  /** Lists, replays and discards dead letters. */
  readonly deadLetters: DeadLetters;
  /** Erases personal data. */
  readonly subjects: Subjects;
  /** How many partitions the streams of the prefix have, and what their keys are. */
  readonly partitions: Partitions;
  /** Tells of outages, which the operator outlives. */
  readonly observer: EventsObserver;
  /** Host and port of Redis, never a password. */
  readonly address: string;
  /**
   * Connects, and keeps the process alive until {@link Operator.stop}. If it fails, no connection stays open.
   *
   * @throws LayoutVersionError when another version of this library has written what is in Redis
   * @throws ConfigurationError when what Redis has noted of partitions makes no sense
   * @throws RedisUnavailableError, RedisTimeoutError when Redis does not answer in time; ioredis' ReplyError when it refuses
   */
  start(): Promise<void>;
  /** Closes the connection: what is under way fails. */
  stop(): Promise<void>;
}

/**
 * An operator without a framework, for whoever watches streams, replays or discards dead letters, or erases subjects: `start()` it,
 * and `stop()` it. It reads for no group, so no group misses an event.
 *
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function createOperator(options: OperatorOptions): Operator {
  const { startTimeoutMs, ...others } = options;
  const resolved = resolveOptions(others, 'createOperator');
  const timeout = commandTimeout(resolved.commandTimeoutMs);
  const option = new OptionName('createOperator', 'startTimeoutMs');
  return new StandaloneOperator(resolved, timeout(option, startTimeoutMs, {}));
}

/** What an operator has when it is known how many partitions there are. */
type Tools = Pick<Operator, 'monitor' | 'deadLetters' | 'subjects' | 'partitions'>;

class StandaloneOperator implements Operator {
  readonly observer = new InternalObserver();
  private readonly connection: RedisConnection;
  private tools: Tools | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly startTimeoutMs: number,
  ) {
    const { redis, source, commandTimeoutMs } = options;
    const watch = observedWatch(source, this.observer);
    this.connection = new RedisConnection(redis, { name: source, timeoutMs: commandTimeoutMs, watch });
  }

  get monitor(): EventMonitor {
    return this.started.monitor;
  }

  get deadLetters(): DeadLetters {
    return this.started.deadLetters;
  }

  get subjects(): Subjects {
    return this.started.subjects;
  }

  get partitions(): Partitions {
    return this.started.partitions;
  }

  get address(): string {
    return this.connection.address;
  }

  async start(): Promise<void> {
    try {
      const partitions = await agreedPartitions(this.options, this.connection, this.startTimeoutMs);
      const client = new StreamClient(this.connection);
      const monitorClient = new MonitorClient(this.connection);
      this.tools = {
        monitor: new EventMonitor(monitorClient, partitions),
        deadLetters: new DeadLetters(this.options, client, monitorClient, partitions),
        subjects: new Subjects(client, partitions),
        partitions,
      };
    } catch (error) {
      this.connection.close();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.connection.close();
    return Promise.resolve();
  }

  private get started(): Tools {
    if (this.tools) return this.tools;
    throw new EventsError('createOperator: expected start() to have been awaited before the operator is used');
  }
}

/** The partitions that all applications of a prefix have agreed on: one, where none has noted anything yet. */
async function agreedPartitions(
  options: ResolvedOptions,
  connection: RedisConnection,
  timeoutMs: number,
): Promise<InternalPartitions> {
  const keyspace = new Keyspace(options.prefix, options.state);
  const agreed = await new AgreementClient(connection).read(keyspace, timeoutMs);
  checkLayout(keyspace, agreed);
  const partitions = Number(agreed.partitions ?? 1);
  // Whoever may write to Redis may have written it.
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) {
    throw new ConfigurationError(
      `createOperator: expected key ${keyspace.partitionCount()} to have a number of partitions from 1 to ${String(MAX_PARTITIONS)}, got ` +
        `${shown(agreed.partitions)}. Set it to the option partitions of the applications of ${options.prefix}`,
    );
  }
  return new InternalPartitions({ ...options, partitions });
}
