import type { Subscription } from '../delivery/subscriptions.js';
import type { EventsObserver } from '../model/events-observer.js';
import type { Redelivery } from './redelivery.js';
import { SafeLogger } from '../log/safe-logger.js';
import { noteField } from '../stream/delivery-notes.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { BEGINNING, splitReplay, type Channel } from '../stream/channel.js';
import type { ClaimedEntry, ClaimReply } from '../stream/claimed-entry.js';
import type { StreamClient } from '../stream/stream-client.js';
import type { StreamEntry } from '../stream/stream-entry.js';
import { waitingFor } from '../stream/waiting.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';

/**
 * After so many deliveries to workers that did not settle it, an entry is quarantined: it may be the cause. One is no reason: most of
 * what a dead worker held had not even begun.
 */
const QUARANTINED_AFTER_DELIVERIES = 2;

/** Where deliveries go that were read. */
export interface DeliverySink {
  /** Takes a delivery, and sees to its settlement. Never throws. */
  accept(inFlight: InFlightDelivery): void;
}

export interface StreamSourceParts {
  subscription: Subscription;
  channel: Channel;
  address: { group: string; consumer: string };
  client: StreamClient;
  allInFlight: InFlightDeliveries;
  sink: DeliverySink;
  observer: EventsObserver;
  instrumentation: Instrumentation;
}

/** One stream that a worker reads: makes deliveries of its entries. */
export class StreamSource implements Redelivery {
  readonly streamKey: string;
  /** The names of the consumers under which waits what this worker handles of the stream. */
  readonly awaited: readonly string[];
  private readonly logger = new SafeLogger(StreamSource.name);
  /** Since {@link recover}: of the entries that were read, the last one that was accepted. */
  private takenUpTo = '-';

  constructor(private readonly parts: StreamSourceParts) {
    const { subscription, channel } = parts;
    this.streamKey = channel.key;
    this.awaited = subscription.awaitable(channel.isReplay).map(waitingFor);
  }

  get subscription(): Subscription {
    return this.parts.subscription;
  }

  private get handlers(): readonly string[] {
    return this.subscription.handlerNames;
  }

  /** Whether it brings dead letters back. */
  get isReplay(): boolean {
    return this.parts.channel.isReplay;
  }

  get consumerAddress() {
    return { stream: this.streamKey, ...this.parts.address };
  }

  /** Makes the group if it is missing. @returns whether it was */
  ensureGroup(): Promise<boolean> {
    return this.parts.client.groups.ensure(this.streamKey, this.parts.address.group, this.parts.channel.start);
  }

  /** Says that the group had been there, and what that means. */
  reportRecreated(): void {
    this.logger.error(
      `The group ${this.parts.address.group} of ${this.streamKey} was missing (FLUSHALL, DEL, XGROUP DESTROY or a failover) and was ` +
        `made anew from ${this.parts.channel.start === BEGINNING ? "the stream's beginning" : 'where it had begun'}: what it had handled is delivered again, what was deleted is lost`,
    );
    this.parts.observer.emit({ kind: 'group-recreated', stream: this.streamKey, group: this.parts.address.group });
  }

  /** Entries that are delivered for the first time: nothing was noted of them. */
  acceptNew(entries: readonly StreamEntry[]): void {
    this.parts.instrumentation.consumed(this.subscription.stream, entries.length);
    for (const entry of entries) this.parts.sink.accept(this.deliveryOf(entry, NO_NOTES));
  }

  /** Accepts what was delivered to this consumer in replies that may have been lost: earlier failures count. */
  recover(pageSize: number): Promise<void> {
    return this.recoverAfter('-', pageSize);
  }

  /**
   * Accepts what a read has brought, while another one, which was given up, may be executed at any time: what that one has
   * taken comes first if it is older.
   */
  async acceptNewOrLate(read: readonly StreamEntry[], pageSize: number): Promise<void> {
    const entries = read.filter(({ id }) => this.takenUpTo === '-' || compareEntryIds(id, this.takenUpTo) > 0);
    if (await this.parts.client.claims.hasPending(this.consumerAddress, this.takenUpTo, entries[0]?.id)) {
      await this.recoverAfter(this.takenUpTo, pageSize);
      return;
    }
    // What was read ahead while the history was read is in there, too; or the group was made to go back. Redis knows.
    if (entries.length < read.length) {
      await this.recover(pageSize);
      return;
    }
    this.acceptNew(entries);
    this.takenUpTo = entries.at(-1)?.id ?? this.takenUpTo;
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

  /** Entries that were delivered to another consumer before. */
  acceptClaimed({ entries, vanished }: Pick<ClaimReply, 'entries' | 'vanished'>): Promise<void> {
    return this.acceptAgain([...entries, ...vanished.map((id) => ({ id, fields: null, deliveries: 0 }))]);
  }

  /** Says that deliveries have not begun: nothing is lost where Redis does not hear of it. */
  async defer(allInFlight: readonly InFlightDelivery[]): Promise<void> {
    const entries = allInFlight.map(({ entry: { id }, deliveries }) => ({
      id,
      fields: null,
      deliveries: Math.max(0, deliveries),
    }));
    await this.parts.client.claims.defer(this.consumerAddress, entries).catch(() => undefined);
  }

  /** Gets entries again that were deferred; what was deleted meanwhile is reported. */
  async resume(ids: readonly string[]): Promise<InFlightDelivery[]> {
    return this.again(await this.parts.client.claims.resume(this.consumerAddress, ids));
  }

  private async acceptAgain(entries: readonly ClaimedEntry[]): Promise<void> {
    const allInFlight = await this.again(entries.filter(({ id }) => !this.parts.allInFlight.has(this.streamKey, id)));
    this.parts.instrumentation.consumed(this.subscription.stream, allInFlight.length);
    for (const inFlight of allInFlight) this.parts.sink.accept(inFlight);
  }

  /** With what was noted of earlier tries. */
  private async again(entries: readonly ClaimedEntry[]): Promise<InFlightDelivery[]> {
    await this.forget(entries.filter(({ fields }) => fields === null).map(({ id }) => id));
    const left = entries.filter(({ fields }) => fields !== null);
    const notes = await this.notesOf(left);
    return left.map((entry, index) => this.deliveryOf(entry, notes[index] ?? NO_NOTES, entry));
  }

  /** Entries that were pending but are no longer in the stream: nobody can handle them any more. */
  private async forget(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { streamKey, parts } = this;
    const { client, channel, address, observer } = parts;
    await client.settling.acknowledge(channel, address.group, this.handlers, ids);
    this.logger.error(
      `${String(ids.length)} entries of ${streamKey} were trimmed or deleted before ${address.group} had handled them: ` +
        ids.slice(0, 5).join(', '),
    );
    observer.emit({ kind: 'vanished', stream: streamKey, group: address.group, ids });
  }

  private deliveryOf(
    entry: StreamEntry,
    notes: ReadonlyMap<string, string>,
    { deliveries, isOverdue }: Pick<ClaimedEntry, 'deliveries' | 'isOverdue'> = FIRST_DELIVERY,
  ): InFlightDelivery {
    const { subscription, channel } = this.parts;
    const isQuarantined = deliveries >= QUARANTINED_AFTER_DELIVERIES;
    const { origin, entry: event } = channel.isReplay ? splitReplay(entry) : { origin: undefined, entry };
    return new InFlightDelivery(subscription, channel, event, notes, origin, isQuarantined, deliveries, isOverdue);
  }

  private async notesOf(entries: readonly StreamEntry[]): Promise<ReadonlyMap<string, string>[]> {
    const { handlers } = this;
    if (entries.length === 0 || handlers.length === 0) return [];
    const fields = entries.map(({ id }) => handlers.map((handler) => noteField(id, handler)));
    const values = await this.parts.client.reads.hashFields(this.parts.channel.notes, fields.flat());
    return fields.map((own, index) => {
      const pairs = own.map((field, place) => [field, values[index * handlers.length + place] ?? ''] as const);
      return new Map(pairs.filter(([, value]) => value !== ''));
    });
  }
}

const FIRST_DELIVERY = { deliveries: 0 };
const NO_NOTES: ReadonlyMap<string, string> = new Map();
