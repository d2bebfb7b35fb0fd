import { RedisConnection } from '../connection/redis-connection.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { EventsObserver } from '../observe/events-observer.js';
import { shown } from '../model/fields.js';
import { DeadLetters } from '../operate/dead-letters.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { OptionName } from '../options/check.js';
import {
  commandTimeout,
  MAX_PARTITIONS,
  resolveOptions,
  type EventsModuleOptions,
  type ResolvedOptions,
} from '../options/options.js';
import { Subjects } from '../personal/subjects.js';
import { AgreementClient } from '../stream/agreement-client.js';
import { Keyspace } from '../stream/keyspace.js';
import { checkLayout } from '../stream/layout-version.js';
import { MonitorClient } from '../stream/monitor-client.js';
import { Partitions } from '../stream/partitions.js';
import { StreamClient } from '../stream/stream-client.js';
import { observedWatch } from './plain-parts.js';

/** What {@link createOperator} takes: some options of `EventsModule`. How many partitions streams have is read from Redis. */
export interface OperatorOptions extends Pick<
  EventsModuleOptions,
  'redis' | 'prefix' | 'source' | 'producer' | 'commandTimeoutMs'
> {
  /** How long the first answer of Redis may take, in milliseconds. @default commandTimeoutMs */
  startTimeoutMs?: number;
}

/** Looks at the streams of a prefix and operates them, over one connection of its own, which each call may use at any time. */
export interface Operator {
  /** Looks at streams, groups and entries. */
  readonly monitor: EventMonitor;
  /** Lists, replays and discards dead letters. */
  readonly deadLetters: DeadLetters;
  /** Erases personal data. */
  readonly subjects: Subjects;
  /** How the applications of the prefix have divided its streams. */
  readonly partitions: Partitions;
  /** Tells of outages, which the operator outlives. */
  readonly observer: EventsObserver;
  /** Host and port of Redis, never a password. */
  readonly address: string;
  /** Closes the connection: what is under way fails. */
  close(): void;
}

/**
 * Connects an operator, without a framework: whoever watches streams, replays or discards dead letters, or erases subjects. It takes
 * no event from anybody. Close it at the end; until then its connection keeps the process alive.
 *
 * @throws ConfigurationError that names the option, what came and what it takes
 * @throws LayoutVersionError when another version of this library has written what is in Redis
 * @throws RedisUnavailableError, RedisTimeoutError when Redis does not answer in time, ioredis' ReplyError when it refuses: then no
 * connection is left
 */
export async function createOperator(given: OperatorOptions): Promise<Operator> {
  const { startTimeoutMs: startGiven, ...others } = given;
  const options = resolveOptions(others, 'createOperator');
  const { redis, source, commandTimeoutMs } = options;
  const startTimeoutMs = commandTimeout(commandTimeoutMs)(
    new OptionName('createOperator', 'startTimeoutMs'),
    startGiven,
    {},
  );
  const observer = new EventsObserver();
  const watch = observedWatch(source, observer);
  const connection = new RedisConnection(redis, { name: source, timeoutMs: commandTimeoutMs, watch });
  try {
    const partitions = await agreedPartitions(options, connection, startTimeoutMs);
    const client = new StreamClient(connection);
    const monitor = new MonitorClient(connection);
    return {
      monitor: new EventMonitor(monitor, partitions),
      deadLetters: new DeadLetters(options, client, monitor, partitions),
      subjects: new Subjects(client, partitions),
      partitions,
      observer,
      address: connection.address,
      close: () => {
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The partitions that all applications of a prefix have agreed on: one, where none has noted anything yet. */
async function agreedPartitions(
  options: ResolvedOptions,
  connection: RedisConnection,
  timeoutMs: number,
): Promise<Partitions> {
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
  return new Partitions({ ...options, partitions });
}
