import { Logger } from '@nestjs/common';
import { isGroupMissing, isOutage } from '../errors.js';
import type { ResolvedOptions } from '../module/options.js';
import type { EntryReader } from '../stream/entry-reader.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Holdings } from './holdings.js';
import type { Source } from './source.js';
import type { Stopping } from './stopping.js';

/** How long the reader waits for room before it shows again that it is alive, and after a failed read. */
const PAUSE_MS = 500;

/** Reads new entries of all sources over one connection, as far as there is room for them. */
export class StreamReader {
  private readonly logger = new Logger(StreamReader.name);
  /**
   * Whether the own history must be read before anything new: a reply may have been lost, and what it contained is
   * pending for this consumer, unseen.
   */
  private mustRecover = true;
  private groupsMissing = false;
  private lastTurn = Date.now();

  constructor(
    private readonly client: EntryReader,
    private readonly sources: readonly Source[],
    private readonly address: { group: string; consumer: string },
    private readonly holdings: Holdings,
    private readonly options: ResolvedOptions,
    private readonly stopping: Stopping,
    private readonly telemetry: Telemetry,
  ) {
    client.connection.onReconnect(() => {
      this.mustRecover = true;
    });
  }

  /** How long ago the loop last went round, in milliseconds. */
  get idleMs(): number {
    return Date.now() - this.lastTurn;
  }

  /** Reads until the worker stops. Never throws. */
  async run(): Promise<void> {
    while (!this.stopping.isStopping) {
      this.lastTurn = Date.now();
      try {
        await this.turn();
      } catch (error) {
        this.mustRecover = true;
        if (isGroupMissing(error)) this.groupsMissing = true;
        else if (!isOutage(error)) this.logger.error(`Reading failed: ${(error as Error).message}`);
        await this.stopping.orAfter(PAUSE_MS);
      }
    }
  }

  private async turn(): Promise<void> {
    if (this.groupsMissing) {
      await this.makeGroups();
      this.groupsMissing = false;
    }
    if (this.mustRecover) {
      this.mustRecover = false;
      await this.readOwnHistory();
    }
    const { batchSize, blockMs } = this.options.consumer;
    if (!this.holdings.isWorthReading(batchSize)) {
      await this.holdings.change(PAUSE_MS, () => this.holdings.isWorthReading(batchSize));
    }
    const { room } = this.holdings;
    if (room === 0 || this.stopping.isStopping) return;
    // Redis counts for each stream.
    const share = Math.max(1, Math.floor(room / this.sources.filter(({ isReplay }) => !isReplay).length));
    const streams = this.sources.map(({ key }) => key);
    const count = Math.min(batchSize, share);
    const startMs = Date.now();
    const read = await this.client.readNew(streams, this.address, count, blockMs);
    for (const source of this.sources) {
      const entries = read.get(source.key);
      if (!entries) continue;
      this.telemetry.received(source.subscription.stream, entries, startMs);
      source.acceptNew(entries);
    }
  }

  /** One alarm for each stream: what has taken its group has taken its replays too. */
  private async makeGroups(): Promise<void> {
    for (const source of this.sources) {
      const wasMissing = await source.ensureGroup();
      if (wasMissing && !source.isReplay) source.reportRecreated();
    }
  }

  private async readOwnHistory(): Promise<void> {
    const { batchSize } = this.options.consumer;
    this.holdings.rememberRemoved();
    try {
      for (const source of this.sources) await source.recover(batchSize);
    } finally {
      this.holdings.forgetRemoved();
    }
  }
}
