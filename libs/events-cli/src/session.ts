import {
  createOperator,
  createProducer,
  logTo,
  silentLogger,
  type DeadLetters,
  type EventMonitor,
  type Keyspace,
  type Operator,
  type PlainProducer,
  type Subjects,
} from 'nestjs-event-streams/core';
import {
  directMonitorOf,
  duration,
  type DirectMonitor,
  type PayloadLimits,
  type ResolvedOptions,
} from 'nestjs-event-streams/internal';
import { UnmetError } from './cli-errors.js';

/** How long the first answer of Redis may take, in milliseconds. */
const START_TIMEOUT_MS = 3000;

/** How long one read waits at the server for new entries, in milliseconds. */
export const BLOCK_MS = 1000;

/** The parts of the library that commands use, on one connection, with their settings. */
export class Session implements AsyncDisposable {
  readonly keyspace: Keyspace;
  readonly monitor: EventMonitor;
  readonly direct: DirectMonitor;
  readonly deadLetters: DeadLetters;
  readonly subjects: Subjects;

  /** Called with a message when Redis becomes unavailable, and when it is available again. */
  onOutage: (message: string, isOver: boolean) => void = () => undefined;

  private constructor(
    private readonly settings: ResolvedOptions,
    private readonly operator: Operator,
  ) {
    this.keyspace = operator.partitions.at(0);
    this.monitor = operator.monitor;
    this.direct = directMonitorOf(operator.monitor);
    this.deadLetters = operator.deadLetters;
    this.subjects = operator.subjects;
    operator.observer.subscribe(
      ({ address, reason }) => {
        this.onOutage(`Redis at ${address} is unavailable (${reason}); waiting for it`, false);
      },
      ['outage'],
    );
    operator.observer.subscribe(
      ({ address, durationMs }) => {
        this.onOutage(`Redis at ${address} is available again after ${duration(durationMs)}`, true);
      },
      ['recovered'],
    );
  }

  /**
   * Connects to Redis.
   *
   * @throws RedisUnavailableError, RedisTimeoutError, LayoutVersionError, UnmetError where streams have partitions
   */
  static async open(settings: ResolvedOptions): Promise<Session> {
    // The library's logger writes to stdout, where the results go.
    logTo(silentLogger);
    const { redis, prefix, source, commandTimeoutMs } = settings;
    const options = { redis, prefix, source, commandTimeoutMs, startTimeoutMs: START_TIMEOUT_MS };
    const operator = createOperator(options);
    await operator.start();
    const { count } = operator.partitions;
    if (count === 1) return new Session(settings, operator);
    await operator.stop();
    throw new UnmetError(
      `Expected streams without partitions, but those of ${prefix} have ${String(count)} partitions. Use EventMonitor and DeadLetters of the library for them`,
    );
  }

  /** Host and port, never the password. */
  get address(): string {
    return this.operator.address;
  }

  get prefix(): string {
    return this.settings.prefix;
  }

  /** The limits of a published payload. */
  get payloadLimits(): PayloadLimits {
    return this.settings.producer;
  }

  get commandTimeoutMs(): number {
    return this.settings.commandTimeoutMs;
  }

  /** The time by Redis' clock, which entry ids are made from, in milliseconds since 1970. */
  async now(): Promise<number> {
    const { nowMs } = await this.direct.survey({ streams: [], clock: true });
    return nowMs as number;
  }

  /**
   * A producer with a connection of its own, to be started and stopped.
   *
   * @param source of its events
   * @throws ConfigurationError if it is not a valid name
   */
  producer(source: string): PlainProducer {
    const { redis, prefix } = this.settings;
    return createProducer({ redis, prefix, source });
  }

  /**
   * The names of the given streams, with or without prefix; all streams if none is given.
   *
   * @throws UnmetError if a stream does not exist; the message lists those that do
   */
  async streams(given: readonly string[] = []): Promise<string[]> {
    const there = await this.monitor.streams();
    const key = this.keyspace.stream('');
    const names = given.map((name) => (name.startsWith(key) ? name.slice(key.length) : name));
    const missing = names.find((name) => !there.includes(name));
    if (missing !== undefined) {
      const which = there.length === 0 ? 'none' : there.join(', ');
      throw new UnmetError(`There is no stream ${this.keyspace.stream(missing)}. Streams of ${this.prefix}: ${which}`);
    }
    return names.length > 0 ? [...new Set(names)] : there;
  }

  /** The name of one stream, without prefix. @throws UnmetError if it does not exist */
  async stream(given: string): Promise<string> {
    const [name = ''] = await this.streams([given]);
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.operator.stop();
  }
}
