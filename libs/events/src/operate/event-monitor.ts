import type { Keyspace } from '../stream/keyspace.js';
import type { MonitorClient } from '../stream/monitor-client.js';
import type { Partitions } from '../stream/partitions.js';
import { rangePages, type RangeOptions, type RangePage } from '../stream/range-pages.js';
import type { ConsumerRow, GroupRow, PendingSummary } from '../stream/group-questions.js';
import { awaitedBy } from '../stream/waiting.js';
import { deliveryStates, type DeliveryState } from './delivery-states.js';
import { EntryLooks } from './entry-looks.js';
import { entryPages, type EntryPage, type EntryPagesOptions } from './entry-pages.js';
import { mergeConsumers, mergePending } from './merge.js';
import type { MonitoredEntry } from './monitored-entry.js';
import type { GroupBacklog, MonitoredGroup, PartitionOverview, StreamOverview, WaitingEvents } from './overviews.js';
import { StreamOverviews } from './stream-overviews.js';
import { allStreams, searchStreams, type FoundStreams } from './stream-search.js';
import { SurveyPlan, type Survey, type SurveyRequest } from './survey.js';

/**
 * Looks at streams without changing them: nothing here reads as a consumer does. Nest injects it. Of a stream with partitions it
 * returns the sums of all; {@link EventMonitor.partitions} returns each.
 */
export class EventMonitor {
  private readonly overviews: StreamOverviews;
  private readonly looks: EntryLooks;

  /** @internal */
  constructor(
    private readonly client: MonitorClient,
    private readonly allPartitions: Partitions,
  ) {
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

  /**
   * The groups of a stream, with a row for each of its partitions and without the age of their lag: two commands for each, for
   * callers that ask often.
   */
  async positions(stream: string): Promise<GroupRow[]> {
    return (await this.ofEach((keyspace) => this.client.groups(keyspace.stream(stream)))).flat();
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
   * Entries after a position of each stream, oldest first. It reads for no group, so no group misses them. With partitions, one
   * position is for all of them: entries of the same millisecond may be missing.
   *
   * @param positions by the streams' names: the id after which to read
   * @param options.count of each stream at most; with partitions, of each partition
   * @param options.wait how long to wait at the server for the first entry, and how long the answer may take beyond that. Other
   * calls on this connection wait meanwhile. @default it does not wait
   */
  after(
    positions: ReadonlyMap<string, string>,
    options: { count: number; wait?: { blockMs: number; timeoutMs: number } },
  ): Promise<Map<string, MonitoredEntry[]>> {
    return this.looks.after(positions, options.count, options.wait);
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

  /**
   * Entries of any stream in Redis, by its full key, page by page; they need not be events. A page is bounded in bytes.
   */
  pagesOf(key: string, options: RangeOptions = {}): AsyncGenerator<RangePage> {
    return rangePages(this.client, key, options);
  }

  /** Looks at several streams and at workers, usually in one round trip; with partitions, at the first of each stream. */
  async survey(request: SurveyRequest): Promise<Survey> {
    const keyspace = this.allPartitions.at(0);
    const plan = new SurveyPlan(keyspace, request);
    const survey = plan.read(await this.client.askAll(plan.questions));
    for (const found of survey.streams) {
      found.groups = await this.client.checked(keyspace.stream(found.stream), found.groups, plan.lastIds.get(found));
    }
    return survey;
  }

  private ofEach<T>(look: (keyspace: Keyspace) => Promise<T>): Promise<T[]> {
    return Promise.all(this.allPartitions.all.map(look));
  }
}
