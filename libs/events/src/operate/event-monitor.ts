import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { ConsumerRow, PendingSummary } from '../stream/questions/group-questions.js';
import { awaitedBy } from '../stream/keys/waiting.js';
import { deliveryStates, type DeliveryState } from './delivery-states.js';
import { DirectMonitor } from './direct-monitor.js';
import { EntryLooks } from './entry-looks.js';
import { entryPages, type EntryPage, type EntryPagesOptions } from './entry-pages.js';
import { mergeConsumers, mergePending } from './merge.js';
import type { MonitoredEntry } from './monitored-entry.js';
import type { GroupBacklog, MonitoredGroup, PartitionOverview, StreamOverview, WaitingEvents } from './overviews.js';
import { StreamOverviews } from './stream-overviews.js';
import { allStreams, searchStreams, type FoundStreams } from './stream-search.js';

/**
 * Looks at streams without changing them: nothing here reads as a consumer does. Nest injects it. Of a stream with partitions it
 * returns the sums of all; {@link EventMonitor.partitions} returns each.
 */
export class EventMonitor {
  /** @internal */
  readonly direct: DirectMonitor;
  private readonly overviews: StreamOverviews;
  private readonly looks: EntryLooks;

  /** @internal */
  constructor(
    private readonly client: MonitorClient,
    private readonly allPartitions: Partitions,
  ) {
    this.direct = new DirectMonitor(client, allPartitions);
    this.overviews = new StreamOverviews(client, allPartitions);
    this.looks = new EntryLooks(client, allPartitions);
  }

  /** The names, without prefix, of all streams of the prefix. It looks at every key of Redis. */
  streams(): Promise<string[]> {
    return allStreams(this.client, this.allPartitions);
  }

  /**
   * One step of a search for the streams of this prefix among all keys of the database: cheap, but there may be many.
   * With partitions it finds those that have a first partition.
   *
   * @param cursor what the step before gave as `next`; default: the first step
   */
  find(cursor = '0'): Promise<FoundStreams> {
    return searchStreams(this.client, this.allPartitions.at(0), cursor);
  }

  /**
   * One stream at this moment.
   *
   * @param stream the stream's name without prefix
   * @param options.wholeBytes up to which size its first and last entry come whole, as in {@link EventMonitor.pages}
   */
  stream(stream: string, options: { wholeBytes?: number } = {}): Promise<StreamOverview> {
    return this.overviews.of(stream, options.wholeBytes);
  }

  /** The partitions of a stream, by number, and who owns them. */
  partitions(stream: string): Promise<PartitionOverview[]> {
    return this.overviews.ofPartitions(stream);
  }

  /** The groups of a stream; none when it does not exist. */
  groups(stream: string): Promise<MonitoredGroup[]> {
    return this.overviews.groups(stream);
  }

  /** How far one group is behind; null if there is no such group. Usually five commands for each partition. */
  backlog(stream: string, group: string): Promise<GroupBacklog | null> {
    return this.overviews.backlog(stream, group);
  }

  /** The consumers of a group, with what they hold and when they were last seen. */
  async consumers(stream: string, group: string): Promise<ConsumerRow[]> {
    return mergeConsumers(await this.ofEach((keyspace) => this.client.consumers(keyspace.stream(stream), group)));
  }

  /** Deliveries of a group, replays included, that wait for a worker that handles them; by what they wait for, most first. */
  async waiting(stream: string, group: string): Promise<WaitingEvents[]> {
    const rows = await this.ofEach(async (keyspace) => {
      const keys = [keyspace.stream(stream), keyspace.replays(stream, group).key];
      return (await Promise.all(keys.map((key) => this.client.consumers(key, group)))).flat();
    });
    const counts = new Map<string, number>();
    for (const { name, pending } of rows.flat()) {
      const awaited = awaitedBy(name);
      if (awaited !== undefined && pending > 0) counts.set(awaited, (counts.get(awaited) ?? 0) + pending);
    }
    return [...counts].map(([awaited, count]) => ({ awaited, count })).sort((one, other) => other.count - one.count);
  }

  /** Deliveries of a group that are not settled. */
  async pending(stream: string, group: string): Promise<PendingSummary> {
    return mergePending(await this.ofEach((keyspace) => this.client.pending(keyspace.stream(stream), group)));
  }

  /**
   * The state of entries in each group that reads the stream, by their ids; with partitions, in the first one.
   *
   * @param options.isThorough whether all notes of handlers are found, however many a group has; for few entries. If not, notes
   * of a group with more than a thousand may be missing. @default false
   */
  deliveries(
    stream: string,
    ids: readonly string[],
    { isThorough = false }: { isThorough?: boolean } = {},
  ): Promise<Map<string, DeliveryState[]>> {
    return deliveryStates(this.client, this.allPartitions.at(0), stream, ids, isThorough);
  }

  /**
   * Entries from `from` to `to` (entry ids, `-` and `+` for the ends), oldest first, in one reply: for few of them, or small
   * ones. {@link EventMonitor.pages} is for the others.
   *
   * @param options.partition of one partition only: an id is unique there, but not beyond it
   */
  entries(
    stream: string,
    options: { from?: string; to?: string; count?: number; partition?: number } = {},
  ): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100, partition } = options;
    return this.looks.from(stream, { from, to, count, partition });
  }

  /**
   * Entries from `to` back to `from` (entry ids; `(` before one leaves it out), latest first, in one reply: for few of them,
   * or small ones. {@link EventMonitor.pages} is for the others.
   */
  latest(stream: string, options: { from?: string; to?: string; count?: number } = {}): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100 } = options;
    return this.looks.backFrom(stream, { from, to, count });
  }

  /**
   * One entry; null when it is not there. Of one larger than `wholeBytes` comes a part, as in {@link EventMonitor.pages}.
   *
   * @param options.wholeBytes default: 8 MiB
   */
  entry(stream: string, id: string, options: { wholeBytes?: number } = {}): Promise<MonitoredEntry | null> {
    return this.looks.one(stream, id, options.wholeBytes);
  }

  /**
   * Entries page by page, in the order of their ids, however many and however large they are: a page is what one reply
   * brings, which is bounded in bytes. For callers that search a stream, or show a part of one.
   *
   * @param stream the stream's name without prefix
   */
  pages(stream: string, options: EntryPagesOptions = {}): AsyncGenerator<EntryPage> {
    const { partition, ...range } = options;
    const keyspaces = partition === undefined ? this.allPartitions.all : [this.allPartitions.at(partition)];
    return entryPages(this.client, keyspaces, stream, range);
  }

  private ofEach<T>(look: (keyspace: Keyspace) => Promise<T>): Promise<T[]> {
    return Promise.all(this.allPartitions.all.map(look));
  }
}

/** Of the same streams, on the same connection. */
export function directMonitorOf(monitor: EventMonitor): DirectMonitor {
  return monitor.direct;
}
