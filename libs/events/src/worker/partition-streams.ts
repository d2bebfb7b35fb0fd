import type { Instrumentation } from '../model/instrumentation.js';
import type { StreamSource } from '../read/stream-source.js';
import { FIRST_PAGE } from '../stream/entries/claimed-entry.js';
import type { FencedClient, PartitionReply } from '../stream/clients/fenced-client.js';
import { linesOf } from '../stream/keys/waiting.js';

/** One stream of the partition, and how far it was read. */
interface Position {
  source: StreamSource;
  /** Where to go on with what is pending; undefined when all of it was taken. */
  pendingFrom: string | undefined;
  /** The last entry that the group was given; undefined before the first read. */
  last: string | undefined;
}

export interface PartitionStreamsParts {
  client: Pick<FencedClient, 'readPartition'>;
  address: { group: string; consumer: string };
  /** Of each stream one. */
  sources: readonly StreamSource[];
  /** For how long what this worker does not handle waits for one that does, in milliseconds. */
  graceMs: number;
  instrumentation: Instrumentation;
}

/**
 * The streams of a partition while this worker owns it, and how far each was read. What is pending comes before what is new: an earlier
 * owner may have left it, or a lost reply contained it.
 */
export class PartitionStreams {
  /** Whether there may be something to read. */
  isDue = true;
  private readonly positions: readonly Position[];
  /** What this worker handles, by the streams' places; see {@link FencedClient.readPartition}. */
  private readonly handled: readonly string[];
  private reading: Promise<unknown> = Promise.resolve();
  private foundUnknown = false;
  /** When the first of what waits for a worker that handles it is overdue, by the clock of `performance.now()`. */
  private overdueAt = Infinity;

  constructor(private readonly parts: PartitionStreamsParts) {
    this.positions = parts.sources.map((source) => ({ source, pendingFrom: FIRST_PAGE, last: undefined }));
    this.handled = parts.sources.map(({ awaited }) => linesOf(awaited));
  }

  get count(): number {
    return this.positions.length;
  }

  /** The last known entry of each stream, by its key. */
  get lastIds(): [streamKey: string, id: string][] {
    return this.positions.map(({ source, last }) => [source.streamKey, last ?? '0']);
  }

  /** Whether something that was pending is still to be read. */
  get isRecovering(): boolean {
    return this.positions.some(({ pendingFrom }) => pendingFrom !== undefined);
  }

  /** Whether the streams hold, or have held, something that this worker does not handle and another one may. */
  get hasUnknown(): boolean {
    return this.foundUnknown;
  }

  /** Makes the groups that are missing. @param hadThem whether that they are missing is an alarm */
  async ensureGroups(hadThem: boolean): Promise<void> {
    await Promise.all(
      this.parts.sources.map(async (source) => {
        const wasMissing = await source.ensureGroup();
        if (wasMissing && hadThem && !source.isReplay) source.reportRecreated();
      }),
    );
  }

  /** Reads what is pending once more: a reply may have been lost. */
  recover(): void {
    for (const position of this.positions) position.pendingFrom = FIRST_PAGE;
    this.isDue = true;
  }

  /** Reads and accepts what there is. @param count entries of each stream at most @throws LeaseLostError */
  read(count: number): Promise<void> {
    const reading = this.readAndAccept(count);
    this.reading = reading.catch(() => undefined);
    return reading;
  }

  /** Waits for the read that is under way, if there is one. Never rejects. */
  async untilRead(): Promise<void> {
    await this.reading;
  }

  /** Something waits for a worker that handles it. @param inMs when it is overdue, in milliseconds from now */
  expectOverdue(inMs: number): void {
    this.foundUnknown = true;
    this.overdueAt = Math.min(this.overdueAt, performance.now() + inMs);
  }

  /** Reads what has waited for too long for a worker that handles it. */
  recoverOverdue(): void {
    if (performance.now() < this.overdueAt) return;
    this.overdueAt = Infinity;
    this.recover();
  }

  private async readAndAccept(count: number): Promise<void> {
    const { client, address, graceMs } = this.parts;
    const streamKeys = this.positions.map(({ source }) => source.streamKey);
    const from = this.positions.map(({ pendingFrom }) => pendingFrom);
    const lastKnown = this.positions.map(({ last }) => last);
    this.isDue = false;
    const started = performance.now();
    const handled = { lines: this.handled, graceMs };
    const replies = await client.readPartition(streamKeys, address, count, from, lastKnown, handled);
    for (const [index, position] of this.positions.entries()) {
      const reply = replies[index];
      if (reply) await this.accept(position, reply, started);
    }
  }

  private async accept(position: Position, reply: PartitionReply, started: number): Promise<void> {
    const { source } = position;
    const { pending, fresh, last, overdueInMs } = reply;
    if (overdueInMs !== undefined) this.expectOverdue(overdueInMs);
    const found = pending.entries.length + pending.vanished.length;
    if (found > 0) await source.acceptClaimed(pending);
    this.parts.instrumentation.received(source.subscription.streamName, fresh, started);
    if (fresh.length > 0) source.acceptNew(fresh);
    position.pendingFrom = pending.next;
    position.last = last;
    // There may be more.
    if (found + fresh.length > 0 || pending.next !== undefined) this.isDue = true;
  }
}
