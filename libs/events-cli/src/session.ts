import {
  logTo,
  silentLogger,
  RedisConnection,
  DeadLetters,
  Subjects,
  EventMonitor,
  EventProducer,
  type Keyspace,
  Partitions,
} from 'nestjs-event-streams/core';
import {
  OutageWatch,
  NO_INSTRUMENTATION,
  type PayloadLimits,
  resolveOptions,
  type ResolvedOptions,
  AgreementClient,
  checkLayout,
  MonitorClient,
  StreamClient,
} from 'nestjs-event-streams/internal';
import { UnmetError } from './cli-errors.js';

/** How long the first answer of Redis may take, in milliseconds. */
const REACH_MS = 3000;

/** How long one read waits at the server for new entries, in milliseconds. */
export const BLOCK_MS = 1000;

/** The parts of the library that commands use, on one connection, without Nest. */
export class Session implements Disposable {
  readonly keyspace: Keyspace;
  readonly client: MonitorClient;
  readonly monitor: EventMonitor;
  readonly deadLetters: DeadLetters;
  readonly subjects: Subjects;
  private readonly connection: RedisConnection;
  private readonly streamClient: StreamClient;
  private readonly partitions: Partitions;

  /** Told in words when Redis goes away, and when it is back. */
  onOutage: (message: string, isOver: boolean) => void = () => undefined;

  constructor(private readonly options: ResolvedOptions) {
    // It writes to where the results go.
    logTo(silentLogger);
    const { redis, commandTimeoutMs } = options;
    const watch = new OutageWatch('events', {
      began: ({ address, reason }) => {
        this.onOutage(`Redis at ${address} is away (${reason}); waiting until it is back`, false);
      },
      ended: ({ address }, durationMs) => {
        this.onOutage(`Redis at ${address} is back after ${(durationMs / 1000).toFixed(1)} s`, true);
      },
    });
    this.connection = new RedisConnection(redis, {
      name: 'events-cli',
      timeoutMs: commandTimeoutMs,
      blockMs: BLOCK_MS,
      watch,
    });
    this.partitions = new Partitions(options);
    this.keyspace = this.partitions.at(0);
    this.client = new MonitorClient(this.connection);
    this.streamClient = new StreamClient(this.connection);
    this.monitor = new EventMonitor(this.client, this.partitions);
    this.subjects = new Subjects(this.streamClient, this.partitions);
    this.deadLetters = new DeadLetters(options, this.streamClient, this.client, this.partitions);
  }

  /** Host and port, never the password. */
  get address(): string {
    return this.connection.address;
  }

  get prefix(): string {
    return this.options.prefix;
  }

  /** Of what is published. */
  get payloadLimits(): PayloadLimits {
    return this.options.producer;
  }

  get commandTimeoutMs(): number {
    return this.options.commandTimeoutMs;
  }

  /** Waits for the first answer. @throws RedisUnavailableError, LayoutVersionError, UnmetError where streams have partitions */
  async reach(): Promise<void> {
    await this.connection.call((link) => link.send(['PING']), REACH_MS);
    const agreed = await new AgreementClient(this.connection).read(this.keyspace);
    checkLayout(this.keyspace, agreed);
    const partitions = agreed.partitions ?? '1';
    if (partitions === '1') return;
    throw new UnmetError(
      `Expected streams without partitions, those of ${this.prefix} have ${partitions}: use EventMonitor and DeadLetters for them`,
    );
  }

  /** @param source of its envelopes. @throws ConfigurationError when that is no name */
  producer(source: string): EventProducer {
    const { redis, prefix } = this.options;
    const options = resolveOptions({ redis, prefix, source });
    return new EventProducer(options, this.streamClient, this.partitions, NO_INSTRUMENTATION);
  }

  /**
   * Names of streams, all of them where none is given; the prefix may be given with them.
   *
   * @throws UnmetError that says which there are
   */
  async streams(given: readonly string[] = []): Promise<string[]> {
    const there = await this.monitor.streams();
    const key = this.keyspace.stream('');
    const names = given.map((name) => (name.startsWith(key) ? name.slice(key.length) : name));
    const missing = names.find((name) => !there.includes(name));
    if (missing !== undefined) {
      const which = there.length === 0 ? 'none' : there.join(', ');
      throw new UnmetError(`There is no stream ${this.keyspace.stream(missing)}. With this prefix there are: ${which}`);
    }
    return names.length > 0 ? [...new Set(names)] : there;
  }

  /** The name of one stream that is there. @throws UnmetError */
  async stream(given: string): Promise<string> {
    const [name = ''] = await this.streams([given]);
    return name;
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
