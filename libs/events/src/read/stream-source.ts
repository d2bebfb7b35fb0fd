import type { Subscription } from '../delivery/subscriptions.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { Redelivery } from './redelivery.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { noteField } from '../stream/delivery-notes.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { BEGINNING, splitReplay, type Channel } from '../stream/channel.js';
import { FIRST_PAGE, type ClaimedEntry, type ClaimReply } from '../stream/claimed-entry.js';
import type { StreamClient } from '../stream/stream-client.js';
import type { StreamEntry } from '../stream/stream-entry.js';
import { waitingFor } from '../stream/waiting.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';

/**
 * After so many deliveries to workers that did not settle it, an entry is quarantined: it may be the cause. After one it is not: most
 * entries of a dead worker had not even begun.
 */
const QUARANTINED_AFTER_DELIVERIES = 2;

/** Where deliveries go after they were read. */
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
  /** The names of the consumers under which entries wait for a worker that handles them, as this one does. */
  readonly awaited: readonly string[];
  private readonly logger = new SafeLogger(WORKER);
  /** The last entry that was accepted since {@link recover}; {@link FIRST_PAGE} for none. */
  private takenUpTo = FIRST_PAGE;

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

  /** Whether it is the stream of the group's replays. */
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

  /** Raises the alarm that the group was deleted, with what that means. */
  reportRecreated(): void {
    this.logger.error(
      `The group ${this.parts.address.group} of ${this.streamKey} was missing (FLUSHALL, DEL, XGROUP DESTROY or a failover) and was ` +
        `made anew from ${this.parts.channel.start === BEGINNING ? "the stream's beginning" : 'where it had begun'}: what it had handled is delivered again, what was deleted is lost`,
    );
    this.parts.observer.emit({ kind: 'group-recreated', stream: this.streamKey, group: this.parts.address.group });
  }

  /** Accepts entries that are delivered for the first time: there are no notes of them. */
  acceptNew(entries: readonly StreamEntry[]): void {
    this.parts.instrumentation.consumed(this.subscription.stream, entries.length);
    for (const entry of entries) this.parts.sink.accept(this.deliveryOf(entry, NO_NOTES));
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

  private async recoverAfter(id: string, pageSize: number): Promise<void> {
    this.takenUpTo = id;
    for (;;) {
      const entries = await this.parts.client.claims.pendingOf(this.consumerAddress, this.takenUpTo, pageSize);
      await this.acceptAgain(entries);
      this.takenUpTo = entries.at(-1)?.id ?? this.takenUpTo;
      if (entries.length < pageSize) return;
    }
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
    return this.redeliveriesOf(await this.parts.client.claims.resume(this.consumerAddress, ids));
  }

  private async acceptAgain(entries: readonly ClaimedEntry[]): Promise<void> {
    const allInFlight = await this.redeliveriesOf(
      entries.filter(({ id }) => !this.parts.allInFlight.has(this.streamKey, id)),
    );
    this.parts.instrumentation.consumed(this.subscription.stream, allInFlight.length);
    for (const inFlight of allInFlight) this.parts.sink.accept(inFlight);
  }

  /** Deliveries of entries, with the notes of earlier attempts. */
  private async redeliveriesOf(entries: readonly ClaimedEntry[]): Promise<InFlightDelivery[]> {
    await this.forget(entries.filter(({ fields }) => fields === null).map(({ id }) => id));
    const left = entries.filter(({ fields }) => fields !== null);
    const notes = await this.notesOf(left);
    return left.map((entry, index) => this.deliveryOf(entry, notes[index] ?? NO_NOTES, entry));
  }

  /** Acknowledges pending entries that are no longer in the stream: nobody can handle them. */
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
