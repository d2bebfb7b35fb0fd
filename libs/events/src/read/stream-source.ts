import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Subscription } from '../delivery/subscriptions.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { BEGINNING } from '../stream/keys/channel.js';
import { FIRST_PAGE, type ClaimedEntry, type ClaimReply } from '../stream/entries/claimed-entry.js';
import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';
import { waitingFor } from '../stream/keys/waiting.js';
import { EntryDeliveries, type EntryDeliveriesParts } from './entry-deliveries.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { Redelivery } from './redelivery.js';

/** Where deliveries go after they were read. */
export interface DeliverySink {
  /** Takes a delivery, and sees to its settlement. Never throws. */
  accept(inFlight: InFlightDelivery): void;
}

export interface StreamSourceParts extends EntryDeliveriesParts {
  allInFlight: InFlightDeliveries;
  sink: DeliverySink;
  instrumentation: Instrumentation;
}

/** One stream that a worker reads: makes deliveries of its entries. */
export class StreamSource implements Redelivery {
  readonly streamKey: string;
  /** The names of the consumers under which entries wait for a worker that handles them, as this one does. */
  readonly awaited: readonly string[];
  private readonly logger = new SafeLogger(WORKER);
  /** The last entry that was accepted since {@link recover}; {@link FIRST_PAGE} for none. */
  private takenUpTo = FIRST_PAGE;
  private readonly deliveries: EntryDeliveries;

  constructor(private readonly parts: StreamSourceParts) {
    const { subscription, channel } = parts;
    this.deliveries = new EntryDeliveries(parts);
    this.streamKey = channel.key;
    this.awaited = subscription.awaitable(channel.isReplay).map(waitingFor);
  }

  get subscription(): Subscription {
    return this.parts.subscription;
  }

  /** Whether it is the stream of the group's replays. */
  get isReplay(): boolean {
    return this.parts.channel.isReplay;
  }

  get consumerAddress() {
    return { streamKey: this.streamKey, ...this.parts.address };
  }

  /** Makes the group if it is missing. @returns whether it was */
  ensureGroup(): Promise<boolean> {
    return this.parts.client.groups.ensure(this.streamKey, this.parts.address.group, this.parts.channel.start);
  }

  /** Raises the alarm that the group was deleted, with what that means. */
  reportRecreated(): void {
    const { channel, address, observer } = this.parts;
    const { group } = address;
    const start = channel.start === BEGINNING ? "the stream's beginning" : 'where it had begun';
    this.logger.error(
      `The group ${group} of ${this.streamKey} was missing (FLUSHALL, DEL, XGROUP DESTROY or a failover) and was made anew from ` +
        `${start}: what it had handled is delivered again, what was deleted is lost`,
    );
    observer.emit({ kind: 'group-recreated', stream: this.streamKey, group });
  }

  /** Accepts entries that are delivered for the first time: there are no notes of them. */
  acceptNew(entries: readonly StreamEntry[]): void {
    this.parts.instrumentation.consumed(this.subscription.streamName, entries.length);
    for (const entry of entries) this.parts.sink.accept(this.deliveries.first(entry));
  }

  /** Accepts this consumer's pending entries, whose replies may have been lost. Earlier failures count. */
  recover(pageSize: number): Promise<void> {
    return this.recoverAfter(FIRST_PAGE, pageSize);
  }

  /**
   * Accepts what a read has brought, while Redis may still execute another read that was given up. Older entries of that one come
   * first.
   */
  async acceptNewOrLate(read: readonly StreamEntry[], pageSize: number): Promise<void> {
    const entries = read.filter(({ id }) => this.takenUpTo === FIRST_PAGE || compareEntryIds(id, this.takenUpTo) > 0);
    if (await this.parts.client.claims.hasPending(this.consumerAddress, this.takenUpTo, entries[0]?.id)) {
      await this.recoverAfter(this.takenUpTo, pageSize);
      return;
    }
    // Some were accepted already: by recovery, which overlaps with a read ahead; or the group was set back. The pending list tells.
    if (entries.length < read.length) {
      await this.recover(pageSize);
      return;
    }
    this.acceptNew(entries);
    this.takenUpTo = entries.at(-1)?.id ?? this.takenUpTo;
  }

  /** Accepts entries that were delivered to another consumer before. */
  acceptClaimed({ entries, vanished }: Pick<ClaimReply, 'entries' | 'vanished'>): Promise<void> {
    return this.acceptAgain([...entries, ...vanished.map((id) => ({ id, fields: null, deliveries: 0 }))]);
  }

  /** Tells Redis that these deliveries do not count. A failure loses nothing: the entries are only quarantined sooner. */
  async defer(allInFlight: readonly InFlightDelivery[]): Promise<void> {
    const entries = allInFlight.map(({ entry: { id }, deliveries }) => ({
      id,
      fields: null,
      deliveries: Math.max(0, deliveries),
    }));
    await this.parts.client.claims.defer(this.consumerAddress, entries).catch(() => undefined);
  }

  /** Reads deferred entries again, and reports those that were deleted meanwhile. */
  async resume(ids: readonly string[]): Promise<InFlightDelivery[]> {
    return this.deliveries.again(await this.parts.client.claims.resume(this.consumerAddress, ids));
  }

  private async recoverAfter(id: string, pageSize: number): Promise<void> {
    this.takenUpTo = id;
    for (;;) {
      const entries = await this.parts.client.claims.pendingOf(this.consumerAddress, this.takenUpTo, pageSize);
      await this.acceptAgain(entries);
      this.takenUpTo = entries.at(-1)?.id ?? this.takenUpTo;
      if (entries.length < pageSize) return;
    }
  }

  private async acceptAgain(entries: readonly ClaimedEntry[]): Promise<void> {
    const allInFlight = await this.deliveries.again(
      entries.filter(({ id }) => !this.parts.allInFlight.has(this.streamKey, id)),
    );
    this.parts.instrumentation.consumed(this.subscription.streamName, allInFlight.length);
    for (const inFlight of allInFlight) this.parts.sink.accept(inFlight);
  }
}
