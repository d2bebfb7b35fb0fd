import { isGroupMissing } from '../model/errors/redis.js';
import type { ResolvedOptions } from '../options/options.js';
import type { EntryReader } from '../stream/clients/entry-reader.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';
import type { Instrumentation } from '../model/instrumentation.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { StreamSource } from './stream-source.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { Troubles } from '../observe/troubles.js';

/** How long the reader waits for room before it shows again that it is alive, and after a failed read. */
const PAUSE_MS = 500;

/**
 * How long a read that was given up may still reach Redis. The system goes on sending the bytes of a closed socket (Linux for about
 * 100 s, `tcp_orphan_retries`), and a server that stood still executes the read when it goes on.
 */
const LATE_READS_MS = 120_000;

interface Reply {
  /** By the streams' keys. */
  entries: Map<string, StreamEntry[]>;
  /** When the read was sent, by the clock of `performance.now()`. */
  started: number;
  /** Whether no read that was given up before could still be executed then. */
  wasOnlyRead: boolean;
}

export interface StreamReaderParts {
  entries: EntryReader;
  sources: readonly StreamSource[];
  address: { group: string; consumer: string };
  allInFlight: InFlightDeliveries;
  options: Pick<ResolvedOptions['consumer'], 'batchSize' | 'blockMs'>;
  stopping: Stopping;
  instrumentation: Instrumentation;
  troubles: Troubles;
}

/**
 * Reads new entries of all sources over one connection, as far as there is room for them; while a full batch is handled, the next
 * one is on its way.
 */
export class StreamReader {
  /**
   * Whether this consumer's pending entries must be read before new ones: a reply may have been lost, and its entries are pending,
   * unseen.
   */
  private mustRecover = true;
  /** Until then, by the clock of `performance.now()`, Redis may execute a read that was given up: nobody hears of its entries. */
  private lateReadsUntil = 0;
  private groupsMissing = false;
  /** By the clock of `performance.now()`. */
  private lastTurn = performance.now();
  /** The read of the next batch, which is on its way while this one is handled. */
  private ahead: Promise<Reply> | undefined;

  constructor(private readonly parts: StreamReaderParts) {
    parts.entries.connection.onReconnect(() => {
      this.doubt();
    });
  }

  /** How long ago the loop last went round, in milliseconds. */
  get idleMs(): number {
    return Math.round(performance.now() - this.lastTurn);
  }

  /** Reads until the worker stops. Never throws. */
  async run(): Promise<void> {
    while (!this.parts.stopping.isStopping) {
      this.lastTurn = performance.now();
      try {
        await this.turn();
      } catch (error) {
        this.doubt();
        if (isGroupMissing(error)) this.groupsMissing = true;
        this.parts.troubles.failed('Reading', error);
        await this.parts.stopping.orAfter(PAUSE_MS);
      }
    }
    // Its entries are handed back. Redis must not give them to a consumer that has left.
    await this.ahead?.catch(() => undefined);
  }

  private async turn(): Promise<void> {
    if (this.groupsMissing) {
      await this.makeGroups();
      this.groupsMissing = false;
    }
    if (this.mustRecover) {
      this.mustRecover = false;
      await this.whileRecovering((source) => source.recover(this.parts.options.batchSize));
    }
    const reading = this.ahead ?? (await this.begin());
    this.ahead = undefined;
    if (!reading) return;
    const { entries, started, wasOnlyRead } = await reading;
    this.parts.troubles.succeeded('Reading');
    const isOnlyRead = wasOnlyRead && this.isOnlyRead;
    this.readOn(sum(entries));
    for (const source of this.parts.sources) {
      const own = entries.get(source.streamKey);
      if (!own) continue;
      this.parts.instrumentation.received(source.subscription.streamName, own, started);
      if (isOnlyRead) source.acceptNew(own);
    }
    if (isOnlyRead) return;
    const { batchSize } = this.parts.options;
    await this.whileRecovering((source) => source.acceptNewOrLate(entries.get(source.streamKey) ?? [], batchSize));
  }

  /**
   * While a full batch is handled, the next one is read. After a smaller one the handler is called first: to send a read takes longer than
   * all that comes before the handler.
   */
  private readOn(arrived: number): void {
    const { batchSize } = this.parts.options;
    if (arrived < batchSize || !this.mayReadOn) return;
    const count = this.countOf(arrived);
    if (count < batchSize) return;
    this.ahead = this.read(count);
    // The next turn awaits it, and hears of its failure.
    this.ahead.catch(() => undefined);
  }

  /** It is unknown what the last read has brought, and whether it is over. */
  private doubt(): void {
    this.mustRecover = true;
    this.lateReadsUntil = performance.now() + LATE_READS_MS;
  }

  /** Whether no other read of this consumer can still be executed. */
  private get isOnlyRead(): boolean {
    return performance.now() >= this.lateReadsUntil;
  }

  /** Whether the pending entries need not be read first. */
  private get mayReadOn(): boolean {
    return !this.mustRecover && !this.groupsMissing && !this.parts.stopping.isStopping;
  }

  /** Begins a read as soon as there is room. @returns undefined when there was none for a while, or the worker stops */
  private async begin(): Promise<Reply | undefined> {
    const { batchSize } = this.parts.options;
    await this.parts.allInFlight.room.await('new', batchSize, PAUSE_MS);
    const count = this.countOf(0);
    return count === 0 || this.parts.stopping.isStopping ? undefined : this.read(count);
  }

  /** How many entries of each stream there is room for. @param arrived entries that have arrived and are not held yet */
  private countOf(arrived: number): number {
    const room = this.parts.allInFlight.room.for('new') - arrived;
    if (room <= 0) return 0;
    // Redis counts for each stream.
    const share = Math.max(1, Math.floor(room / this.parts.sources.filter(({ isReplay }) => !isReplay).length));
    return Math.min(this.parts.options.batchSize, share);
  }

  private async read(count: number): Promise<Reply> {
    const started = performance.now();
    const wasOnlyRead = this.isOnlyRead;
    const streams = this.parts.sources.map(({ streamKey }) => streamKey);
    const entries = await this.parts.entries.readNew(streams, this.parts.address, count, this.parts.options.blockMs);
    return { entries, started, wasOnlyRead };
  }

  /** Raises one alarm for each stream: whatever has deleted its group has deleted that of its replays, too. */
  private async makeGroups(): Promise<void> {
    for (const source of this.parts.sources) {
      const wasMissing = await source.ensureGroup();
      if (wasMissing && !source.isReplay) source.reportRecreated();
    }
  }

  private async whileRecovering(recover: (source: StreamSource) => Promise<void>): Promise<void> {
    this.parts.allInFlight.rememberRemoved();
    try {
      // All of them to their end, even if one fails: what is on its way must not be accepted later.
      const results = await Promise.allSettled(this.parts.sources.map(recover));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    } finally {
      this.parts.allInFlight.forgetRemoved();
    }
  }
}

function sum(entries: ReadonlyMap<string, readonly StreamEntry[]>): number {
  let count = 0;
  for (const own of entries.values()) count += own.length;
  return count;
}
