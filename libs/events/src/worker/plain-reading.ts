import { RedisConnection, type RedisConnectionOptions } from '../connection/redis-connection.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { ClaimRenewal } from '../read/claim-renewal.js';
import type { StreamSource } from '../read/stream-source.js';
import { StreamReader } from '../read/stream-reader.js';
import { Takeover } from '../read/takeover.js';
import { EntryReader } from '../stream/clients/entry-reader.js';
import { buildPipeline } from './build-pipeline.js';
import type { Reading } from './reading.js';
import type { WorkerContext } from './worker-parts.js';

/** Reads streams without partitions: all workers of the group do, and Redis gives each entry to one of them. */
export class PlainReading implements Reading {
  readonly partitions = [0];
  private readonly logger = new SafeLogger(WORKER);
  private readonly connection: RedisConnection;
  private readonly sources: readonly StreamSource[];
  private readonly reader: StreamReader;
  private readonly claims: ClaimRenewal;
  private readonly takeover: Takeover;
  private loops: Promise<unknown> | undefined;

  /** @param connection options of the connection that waits for entries */
  constructor(
    private readonly context: WorkerContext,
    connection: RedisConnectionOptions,
  ) {
    const { address, client, keyspace, allInFlight, options, observer, stopping, instrumentation, troubles } = context;
    const takeoverAfterMs = options.consumer.claimAfterMs;
    const scope = { keyspace, client, instrumentation, stopping, isOver: () => stopping.isOver, takeoverAfterMs };
    this.sources = buildPipeline(context, scope).sources;
    this.connection = new RedisConnection(options.redis, connection);
    const entries = new EntryReader(this.connection, options.commandTimeoutMs);
    const reading = { address, sources: this.sources, allInFlight, options: options.consumer, stopping, troubles };
    this.reader = new StreamReader({ ...reading, entries, instrumentation });
    this.claims = new ClaimRenewal({ ...reading, client, claimAfterMs: takeoverAfterMs });
    this.takeover = new Takeover({ ...reading, client, watch: keyspace.watch(address.group), observer });
  }

  get idleMs(): number {
    return this.reader.idleMs;
  }

  async join(): Promise<void> {
    for (const source of this.sources) await source.ensureGroup();
  }

  begin(): void {
    this.loops = Promise.all([this.reader.run(), this.takeover.run(), this.claims.run()]);
  }

  async stop(): Promise<void> {
    const { stopping, allInFlight, options } = this.context;
    if (this.loops) {
      const deadline = setTimeout(() => {
        stopping.giveUp();
        allInFlight.loseAll();
      }, options.consumer.drainMs);
      // The read that is on its way may still bring entries: they are handed back with the rest.
      await this.loops;
      clearTimeout(deadline);
      stopping.giveUp();
      await this.handBack();
    }
    this.connection.close();
  }

  private async handBack(): Promise<void> {
    // All at once: while Redis is away, each of them lasts until its deadline.
    await Promise.all(this.sources.map((source) => this.handBackOf(source)));
    await this.takeover.deregister().catch(() => undefined);
  }

  private async handBackOf({ consumerAddress }: StreamSource): Promise<void> {
    const { streamKey, group } = consumerAddress;
    const { client, options, observer } = this.context;
    try {
      const count = await client.claims.handBack(consumerAddress, options.consumer.claimAfterMs);
      if (count === 0) return;
      this.logger.warn(`Handed back ${String(count)} entries of ${streamKey}`);
      observer.emit({ kind: 'handed-back', stream: streamKey, group, count });
    } catch (error) {
      this.logger.warn(
        `Could not hand back entries of ${streamKey}; others take them over when their claims run out: ${(error as Error).message}`,
      );
    }
  }
}
