import { Logger } from '@nestjs/common';
import type { Subscription } from '../dispatch/subscriptions.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { Pipeline } from '../pipeline.js';
import { noteField } from '../settle/delivery-notes.js';
import { splitReplay, type Channel } from '../stream/channel.js';
import type { StreamClient, StreamEntry } from '../stream/stream-client.js';
import { Holding, type Holdings } from './holdings.js';

/** One stream that a worker reads, and how its entries get into the pipeline. */
export class Source {
  readonly key: string;
  private readonly logger = new Logger(Source.name);

  constructor(
    readonly subscription: Subscription,
    private readonly address: { group: string; consumer: string },
    private readonly channel: Channel,
    private readonly client: StreamClient,
    private readonly holdings: Holdings,
    private readonly pipeline: Pipeline,
    private readonly observer: EventsObserver,
  ) {
    this.key = channel.key;
  }

  /** Whether it brings dead letters back. */
  get isReplay(): boolean {
    return this.channel.isReplay;
  }

  get consumerAddress() {
    return { stream: this.key, ...this.address };
  }

  /** Makes the group if it is missing. @returns whether it was */
  ensureGroup(): Promise<boolean> {
    return this.client.ensureGroup(this.key, this.address.group);
  }

  /** Says that the group had been there, and what that means. */
  reportRecreated(): void {
    this.logger.error(
      `The group ${this.address.group} of ${this.key} was missing (FLUSHALL, DEL, XGROUP DESTROY or a failover) and was ` +
        `made anew from the stream's beginning: what it had handled is delivered again, what was deleted is lost`,
    );
    this.observer.emit({ kind: 'group-recreated', stream: this.key, group: this.address.group });
  }

  /** Entries that are delivered for the first time: nothing was noted of them. */
  acceptNew(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.accept(entry, NO_NOTES);
  }

  /** Entries that were delivered before, to this consumer or another one: earlier failures count. */
  async acceptAgain(entries: readonly StreamEntry[]): Promise<void> {
    const unknown = entries.filter(({ id }) => !this.holdings.has(this.key, id));
    const vanished = unknown.filter(({ fields }) => fields === null).map(({ id }) => id);
    if (vanished.length > 0) {
      await this.client.acknowledge(this.key, this.address.group, vanished);
      this.reportVanished(vanished);
    }
    const left = unknown.filter(({ fields }) => fields !== null);
    const notes = await this.notesOf(left);
    left.forEach((entry, index) => {
      this.accept(entry, notes[index] ?? NO_NOTES);
    });
  }

  /** Entries that were pending but are no longer in the stream: nobody can handle them any more. */
  reportVanished(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.logger.error(
      `${String(ids.length)} entries of ${this.key} were trimmed or deleted before ${this.address.group} had handled them: ` +
        ids.slice(0, 5).join(', '),
    );
    this.observer.emit({ kind: 'vanished', stream: this.key, group: this.address.group, ids });
  }

  private accept(entry: StreamEntry, notes: ReadonlyMap<string, string>): void {
    const { subscription, channel } = this;
    if (!channel.isReplay) {
      this.pipeline.accept(new Holding(subscription, channel, entry, notes));
      return;
    }
    const { origin, event } = splitReplay(entry.fields ?? []);
    this.pipeline.accept(new Holding(subscription, channel, { id: entry.id, fields: event }, notes, origin));
  }

  private async notesOf(entries: readonly StreamEntry[]): Promise<ReadonlyMap<string, string>[]> {
    const handlers = this.subscription.handlers.map(({ name }) => name);
    if (entries.length === 0 || handlers.length === 0) return [];
    const fields = entries.map(({ id }) => handlers.map((handler) => noteField(id, handler)));
    const values = await this.client.hashFields(this.channel.notes, fields.flat());
    return fields.map((own, index) => {
      const pairs = own.map((field, place) => [field, values[index * handlers.length + place] ?? ''] as const);
      return new Map(pairs.filter(([, value]) => value !== ''));
    });
  }
}

const NO_NOTES: ReadonlyMap<string, string> = new Map();
