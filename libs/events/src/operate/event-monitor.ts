import { timeOfEntryId } from '../stream/entry-id.js';
import type { Keyspace } from '../stream/keyspace.js';
import type { MonitorClient } from '../stream/monitor-client.js';
import type { Partitions } from '../stream/partitions.js';
import { MAX_WHOLE_BYTES, peek, peekNextId } from '../stream/peek.js';
import { rangePages, type RangeOptions, type RangePage } from '../stream/range-pages.js';
import { REPLY_BYTES } from '../stream/read-pace.js';
import { rangeBack, scanStreams, type ConsumerRow, type GroupRow, type PendingSummary } from '../stream/questions.js';
import { awaitedBy } from '../stream/waiting.js';
import { deliveryStates, type DeliveryState } from './delivery-states.js';
import { entryPages, type EntryPage, type EntryPagesOptions } from './entry-pages.js';
import {
  mergeBacklogs,
  mergeConsumers,
  mergeEntries,
  mergeGroups,
  mergeLatest,
  mergeOverviews,
  mergePending,
} from './merge.js';
import { allMonitored, toMonitored, type MonitoredEntry } from './monitored-entry.js';
import type { GroupBacklog, MonitoredGroup, PartitionOverview, StreamOverview, WaitingEvents } from './overviews.js';
import { Rates } from './rates.js';
import { SurveyPlan, type Survey, type SurveyRequest } from './survey.js';

/** Keys that one step of the search for streams looks at, about. */
const KEYS_OF_ONE_STEP = 1000;

/**
 * Looks at streams without touching them: nothing here reads as a consumer would. Of a stream with partitions it tells
 * what they come to together, and each of them with {@link EventMonitor.partitions}.
 */
export class EventMonitor {
  private readonly rates = new Rates();

  /** @internal */
  constructor(
    private readonly client: MonitorClient,
    private readonly divided: Partitions,
  ) {}

  /** The names, without prefix, of the streams that are there; looks at every key of Redis. */
  async streams(): Promise<string[]> {
    const names = await this.ofEach((keyspace) => this.streamsOf(keyspace));
    return [...new Set(names.flat())].sort();
  }

  /**
   * @param stream the stream's name without prefix
   * @param options.wholeBytes up to which size its first and last entry come whole, as in {@link EventMonitor.pages}
   */
  async stream(stream: string, options: { wholeBytes?: number } = {}): Promise<StreamOverview> {
    const { all, count } = this.divided;
    if (count === 1) return this.overview(this.divided.at(0), stream, options);
    const partitions = await Promise.all(all.map((_, number) => this.partition(stream, number, options)));
    return { name: stream, key: partitions[0]?.key ?? '', ...mergeOverviews(partitions) };
  }

  /** The partitions of a stream, by number, and who owns them. */
  partitions(stream: string): Promise<PartitionOverview[]> {
    return Promise.all(this.divided.all.map((_, number) => this.partition(stream, number)));
  }

  /** The groups of a stream; none when it does not exist. */
  async groups(stream: string): Promise<MonitoredGroup[]> {
    return mergeGroups(await this.ofEach((keyspace) => this.groupsOf(keyspace, stream)));
  }

  /** How far one group is behind, by five commands for each partition, seldom more; null when there is no such group. */
  async backlog(stream: string, group: string): Promise<GroupBacklog | null> {
    const backlogs = await this.ofEach((keyspace) => this.backlogOf(keyspace, stream, group));
    return mergeBacklogs(backlogs.filter((backlog) => backlog !== null));
  }

  /** The consumers of a group, with what they hold and when they were last seen. */
  async consumers(stream: string, group: string): Promise<ConsumerRow[]> {
    return mergeConsumers(await this.ofEach((keyspace) => this.client.consumers(keyspace.stream(stream), group)));
  }

  /** What a group was given, on a stream and of its replays, that waits for a worker that handles it; most first. */
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

  /** What a group was given and has not settled. */
  async pending(stream: string, group: string): Promise<PendingSummary> {
    return mergePending(await this.ofEach((keyspace) => this.client.pending(keyspace.stream(stream), group)));
  }

  /**
   * Entries from `from` to `to` (entry ids, `-` and `+` for the ends), oldest first, in one reply: for few of them, or small
   * ones. {@link EventMonitor.pages} is for the others.
   *
   * @param options.partition of one partition only: an id is unique there, but not beyond it
   */
  async entries(
    stream: string,
    options: { from?: string; to?: string; count?: number; partition?: number } = {},
  ): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100, partition } = options;
    const look = async (keyspace: Keyspace): Promise<MonitoredEntry[]> =>
      allMonitored(await this.client.range(keyspace.stream(stream), from, to, count));
    return partition === undefined ? mergeEntries(await this.ofEach(look), count) : look(this.divided.at(partition));
  }

  /**
   * One entry; null when it is not there. Of one larger than `wholeBytes` comes a part, as in {@link EventMonitor.pages}.
   *
   * @param options.wholeBytes default: 8 MiB
   */
  async entry(stream: string, id: string, options: { wholeBytes?: number } = {}): Promise<MonitoredEntry | null> {
    const { wholeBytes = MAX_WHOLE_BYTES } = options;
    for (const keyspace of this.divided.all) {
      const range = { key: keyspace.stream(stream), from: id, to: id, order: 'oldest-first', count: 1 } as const;
      const { entries } = await this.client.ask(peek(range, { replyBytes: REPLY_BYTES, wholeBytes }));
      const [entry] = allMonitored(entries);
      if (entry) return entry;
    }
    return null;
  }

  /**
   * Entries of any stream of Redis, by its whole key, page by page: those of an application's own, which need not be events. A
   * page is bounded in bytes.
   */
  pagesOf(key: string, options: RangeOptions = {}): AsyncGenerator<RangePage> {
    return rangePages(this.client, key, options);
  }

  /**
   * Entries page by page, in the order of their ids, however many and however large they are: a page is what one reply
   * brings, which is bounded in bytes. For whoever looks through a stream, or shows a part of one.
   *
   * @param stream the stream's name without prefix
   */
  pages(stream: string, options: EntryPagesOptions = {}): AsyncGenerator<EntryPage> {
    const { partition, ...range } = options;
    const keyspaces = partition === undefined ? this.divided.all : [this.divided.at(partition)];
    return entryPages(this.client, keyspaces, stream, range);
  }

  /**
   * One step of a search for the streams of this prefix among all keys of the database: cheap, but there may be many.
   * With partitions it finds those that have a first partition.
   *
   * @param cursor what the step before gave as `next`; default: the first step
   * @returns names without prefix, some perhaps twice; `next` is null at the end
   */
  find(cursor = '0'): Promise<{ names: string[]; next: string | null }> {
    return this.findOf(this.divided.at(0), cursor);
  }

  /** Looks at several streams, and at workers, in one round trip, seldom more; with partitions, at the first of each stream. */
  async survey(request: SurveyRequest): Promise<Survey> {
    const keyspace = this.divided.at(0);
    const plan = new SurveyPlan(keyspace, request);
    const survey = plan.read(await this.client.askAll(plan.questions));
    for (const found of survey.streams) {
      found.groups = await this.client.checked(keyspace.stream(found.stream), found.groups, plan.lastIds.get(found));
    }
    return survey;
  }

  /**
   * What became of entries with each group that reads the stream, by their ids; with partitions, of the first.
   *
   * @param options.isThorough whether all notes of handlers are looked for, however many there are: for few entries. Else
   * some may be missing of a group with more than a thousand. @default false
   */
  deliveries(
    stream: string,
    ids: readonly string[],
    { isThorough = false }: { isThorough?: boolean } = {},
  ): Promise<Map<string, DeliveryState[]>> {
    return deliveryStates(this.client, this.divided.at(0), stream, ids, isThorough);
  }

  private async streamsOf(keyspace: Keyspace): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | null = '0'; cursor !== null;) {
      const step: { names: string[]; next: string | null } = await this.findOf(keyspace, cursor);
      found.push(...step.names);
      cursor = step.next;
    }
    return found;
  }

  private async findOf(keyspace: Keyspace, cursor: string): Promise<{ names: string[]; next: string | null }> {
    const { keys, next } = await this.client.ask(scanStreams(cursor, keyspace.streamPattern, KEYS_OF_ONE_STEP));
    return { names: keys.map((key) => keyspace.streamOf(key)).filter((name) => name !== null), next };
  }

  private ofEach<T>(look: (keyspace: Keyspace) => Promise<T>): Promise<T[]> {
    return Promise.all(this.divided.all.map(look));
  }

  private async partition(
    stream: string,
    partition: number,
    options: { wholeBytes?: number } = {},
  ): Promise<PartitionOverview> {
    const keyspace = this.divided.at(partition);
    const overview = await this.overview(keyspace, stream, options);
    if (this.divided.count === 1) return { ...overview, partition, owners: [] };
    const owners = await Promise.all(
      overview.groups.map(async ({ name: group }) => {
        const lease = await this.client.lease(keyspace.lease(group));
        return lease ? [{ group, ...lease }] : [];
      }),
    );
    return { ...overview, partition, owners: owners.flat() };
  }

  private async overview(
    keyspace: Keyspace,
    stream: string,
    { wholeBytes = MAX_WHOLE_BYTES }: { wholeBytes?: number },
  ): Promise<StreamOverview> {
    const key = keyspace.stream(stream);
    const [info, deadLetters] = await Promise.all([
      this.client.stream(key, { wholeBytes }),
      this.client.length(keyspace.deadLetters(stream)),
    ]);
    return {
      name: stream,
      key,
      exists: info !== null,
      length: info?.length ?? 0,
      first: toMonitored(info?.first ?? null),
      last: toMonitored(info?.last ?? null),
      deadLetters,
      ratePerSecond: this.rate(key, info?.entriesAdded ?? 0),
      groups: await this.groupsOf(keyspace, stream),
    };
  }

  private async groupsOf(keyspace: Keyspace, stream: string): Promise<MonitoredGroup[]> {
    const key = keyspace.stream(stream);
    const [groups, nowMs] = await Promise.all([this.client.groups(key), this.client.now()]);
    return Promise.all(groups.map(async (group) => ({ ...group, lagMs: await this.lagMs(key, group, nowMs) })));
  }

  /**
   * The groups of a stream, of each of its partitions, without the age of what they lag behind: two commands each, for
   * those who look often.
   */
  async positions(stream: string): Promise<GroupRow[]> {
    return (await this.ofEach((keyspace) => this.client.groups(keyspace.stream(stream)))).flat();
  }

  /**
   * Entries from `to` back to `from` (entry ids; `(` before one leaves it out), latest first, in one reply: for few of them,
   * or small ones. {@link EventMonitor.pages} is for the others.
   */
  async latest(
    stream: string,
    options: { from?: string; to?: string; count?: number } = {},
  ): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100 } = options;
    const look = async (keyspace: Keyspace): Promise<MonitoredEntry[]> =>
      allMonitored(await this.client.ask(rangeBack(keyspace.stream(stream), to, from, count)));
    return mergeLatest(await this.ofEach(look), count);
  }

  /**
   * Entries after a position of each stream, oldest first. It belongs to no group, so nobody misses what it reads. With
   * partitions, one position is for all of them: of those that were appended in its millisecond some may be missing.
   *
   * @param positions by the streams' names: the id after which to read
   * @param options.count of each stream at most; with partitions, of each partition
   * @param options.wait how long to wait at the server for the first one, and how long the answer may take beyond that;
   * whatever else is asked for on this connection waits, too. Default: it waits for nothing
   */
  async after(
    positions: ReadonlyMap<string, string>,
    { count, wait }: { count: number; wait?: { blockMs: number; timeoutMs: number } },
  ): Promise<Map<string, MonitoredEntry[]>> {
    const { all } = this.divided;
    const byKey = new Map(
      [...positions].flatMap(([name, id]) => all.map((keyspace) => [keyspace.stream(name), id] as const)),
    );
    const entries = await this.client.after(byKey, count, wait);
    const found = (name: string): MonitoredEntry[][] =>
      all.map((keyspace) => allMonitored(entries.get(keyspace.stream(name)) ?? []));
    return new Map([...positions.keys()].map((name) => [name, mergeEntries(found(name), Infinity)]));
  }

  private async backlogOf(keyspace: Keyspace, stream: string, group: string): Promise<GroupBacklog | null> {
    const key = keyspace.stream(stream);
    const [groups, nowMs] = await Promise.all([this.client.groups(key), this.client.now()]);
    const found = groups.find(({ name }) => name === group);
    if (!found) return null;
    const { lag, pending } = found;
    const [lagMs, oldest] = await Promise.all([
      this.lagMs(key, found, nowMs),
      pending === 0 ? null : this.client.pending(key, group).then(({ first }) => first),
    ]);
    return { lag, lagMs, pending, oldestPendingMs: oldest === null ? 0 : ageOf(oldest, nowMs) };
  }

  private async lagMs(key: string, { lag, lastDeliveredId }: GroupRow, nowMs: number): Promise<number> {
    if (lag === 0) return 0;
    const next = await this.client.ask(peekNextId(key, lastDeliveredId));
    return next === null ? 0 : ageOf(next, nowMs);
  }

  /** Null also for a stream that has been made anew. */
  private rate(key: string, added: number): number | null {
    const rate = this.rates.look(key, added);
    return rate !== null && rate < 0 ? null : rate;
  }
}

function ageOf(id: string, nowMs: number): number {
  return Math.max(0, nowMs - timeOfEntryId(id));
}
