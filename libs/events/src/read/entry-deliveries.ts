import { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Subscription } from '../delivery/subscriptions.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import type { EventsObserver } from '../observe/events-observer.js';
import { splitReplay, type Channel } from '../stream/keys/channel.js';
import type { ClaimedEntry } from '../stream/entries/claimed-entry.js';
import { noteField } from '../stream/entries/delivery-notes.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';

/**
 * After so many deliveries to workers that did not settle it, an entry is quarantined: it may be the cause. After one it is not: most
 * entries of a dead worker had not even begun.
 */
const QUARANTINED_AFTER_DELIVERIES = 2;

const FIRST_DELIVERY = { deliveries: 0 };
const NO_NOTES: ReadonlyMap<string, string> = new Map();

export interface EntryDeliveriesParts {
  subscription: Subscription;
  channel: Channel;
  address: { group: string; consumer: string };
  client: StreamClient;
  observer: EventsObserver;
}

/** Makes deliveries of the entries of one stream. */
export class EntryDeliveries {
  private readonly logger = new SafeLogger(WORKER);

  constructor(private readonly parts: EntryDeliveriesParts) {}

  /** The delivery of an entry that is delivered for the first time: there are no notes of it. */
  first(entry: StreamEntry): InFlightDelivery {
    return this.deliveryOf(entry, NO_NOTES, FIRST_DELIVERY);
  }

  /** Deliveries of entries that may have been delivered before, with the notes of earlier attempts; of deleted ones there are none. */
  async again(entries: readonly ClaimedEntry[]): Promise<InFlightDelivery[]> {
    await this.acknowledgeVanished(entries.filter(({ fields }) => fields === null).map(({ id }) => id));
    const left = entries.filter(({ fields }) => fields !== null);
    const notes = await this.notesOf(left);
    return left.map((entry, index) => this.deliveryOf(entry, notes[index] ?? NO_NOTES, entry));
  }

  private deliveryOf(
    entry: StreamEntry,
    notes: ReadonlyMap<string, string>,
    { deliveries, isOverdue }: Pick<ClaimedEntry, 'deliveries' | 'isOverdue'>,
  ): InFlightDelivery {
    const { subscription, channel } = this.parts;
    const isQuarantined = deliveries >= QUARANTINED_AFTER_DELIVERIES;
    const { origin, entry: event } = channel.isReplay ? splitReplay(entry) : { origin: undefined, entry };
    return new InFlightDelivery(subscription, channel, event, notes, origin, isQuarantined, deliveries, isOverdue);
  }

  private async notesOf(entries: readonly StreamEntry[]): Promise<ReadonlyMap<string, string>[]> {
    const { client, channel } = this.parts;
    const handlers = this.parts.subscription.handlerNames;
    if (entries.length === 0 || handlers.length === 0) return [];
    const fields = entries.map(({ id }) => handlers.map((handler) => noteField(id, handler)));
    const values = await client.reads.hashFields(channel.notes, fields.flat());
    return fields.map((own, index) => {
      const pairs = own.map((field, place) => [field, values[index * handlers.length + place] ?? ''] as const);
      return new Map(pairs.filter(([, value]) => value !== ''));
    });
  }

  /** Acknowledges pending entries that are no longer in the stream: nobody can handle them. */
  private async acknowledgeVanished(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { client, channel, address, observer, subscription } = this.parts;
    const { key: streamKey } = channel;
    await client.settling.acknowledge(channel, address.group, subscription.handlerNames, ids);
    this.logger.error(
      `${String(ids.length)} entries of ${streamKey} were trimmed or deleted before ${address.group} had handled them: ` +
        ids.slice(0, 5).join(', '),
    );
    observer.emit({ kind: 'vanished', stream: streamKey, group: address.group, ids });
  }
}
