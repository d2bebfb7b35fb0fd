import { Injectable } from '@nestjs/common';
import { decode } from '../decode/decode.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import { timeOfEntryId } from '../stream/entry-id.js';
import type { Keyspace } from '../stream/keyspace.js';
import { MonitorClient, type ConsumerRow, type GroupRow, type PendingSummary } from '../stream/monitor-client.js';
import { Partitions } from '../stream/partitions.js';
import type { StreamEntry } from '../stream/stream-client.js';
import { mergeConsumers, mergeEntries, mergeGroups, mergeLatest, mergeOverviews, mergePending } from './merge.js';

/** An entry with its envelope; `event` is null when it is none. */
export interface MonitoredEntry {
  id: string;
  event: EventEnvelope | null;
  fields: readonly string[];
}

/** A consumer group's position on a stream. */
export interface MonitoredGroup extends GroupRow {
  /** How old the oldest entry is that it has not been given, in milliseconds; 0 when there is none. */
  lagMs: number;
}

/** One stream at one moment. */
export interface StreamOverview {
  /** Without prefix. */
  name: string;
  key: string;
  /** Whether the key is there at all. */
  exists: boolean;
  length: number;
  first: MonitoredEntry | null;
  last: MonitoredEntry | null;
  deadLetters: number;
  /** Events that were appended per second since the last look at this stream; null at the first. */
  ratePerSecond: number | null;
  groups: MonitoredGroup[];
}

/** One partition of a stream at one moment. */
export interface PartitionOverview extends StreamOverview {
  /** Its number, from 0. */
  partition: number;
  /** Which worker of each group owns it; none when it is nobody's, and where there is one partition only. */
  owners: { group: string; worker: string; epoch: number }[];
}

/**
 * Looks at streams without touching them: nothing here reads as a consumer would. Of a stream with partitions it tells
 * what they come to together, and each of them with {@link EventMonitor.partitions}.
 */
@Injectable()
export class EventMonitor {
  private readonly looks = new Map<string, { atMs: number; added: number }>();

  constructor(
    private readonly client: MonitorClient,
    private readonly divided: Partitions,
  ) {}

  /** The names, without prefix, of the streams that are there; looks at every key of Redis. */
  async streams(): Promise<string[]> {
    const names = await this.ofEach(async (keyspace) => {
      const prefix = keyspace.stream('');
      const keys = await this.client.streams(`${prefix}*`);
      // What belongs to a stream has further parts: `orders:dead-letters`.
      return keys.map((key) => key.slice(prefix.length)).filter((name) => name !== '' && !name.includes(':'));
    });
    return [...new Set(names.flat())];
  }

  /** @param stream the stream's name without prefix */
  async stream(stream: string): Promise<StreamOverview> {
    const { all, count } = this.divided;
    if (count === 1) return this.overview(this.divided.at(0), stream);
    const partitions = await Promise.all(all.map((_, number) => this.partition(stream, number)));
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

  /** The consumers of a group, with what they hold and when they were last seen. */
  async consumers(stream: string, group: string): Promise<ConsumerRow[]> {
    return mergeConsumers(await this.ofEach((keyspace) => this.client.consumers(keyspace.stream(stream), group)));
  }

  /** What a group was given and has not settled. */
  async pending(stream: string, group: string): Promise<PendingSummary> {
    return mergePending(await this.ofEach((keyspace) => this.client.pending(keyspace.stream(stream), group)));
  }

  /**
   * Entries from `from` to `to` (entry ids, `-` and `+` for the ends), oldest first.
   *
   * @param options.partition of one partition only: an id is unique there, but not beyond it
   */
  async entries(
    stream: string,
    options: { from?: string; to?: string; count?: number; partition?: number } = {},
  ): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100, partition } = options;
    const look = async (keyspace: Keyspace): Promise<MonitoredEntry[]> =>
      toMonitoredAll(await this.client.range(keyspace.stream(stream), from, to, count));
    return partition === undefined ? mergeEntries(await this.ofEach(look), count) : look(this.divided.at(partition));
  }

  private ofEach<T>(look: (keyspace: Keyspace) => Promise<T>): Promise<T[]> {
    return Promise.all(this.divided.all.map(look));
  }

  private async partition(stream: string, partition: number): Promise<PartitionOverview> {
    const keyspace = this.divided.at(partition);
    const overview = await this.overview(keyspace, stream);
    if (this.divided.count === 1) return { ...overview, partition, owners: [] };
    const owners = await Promise.all(
      overview.groups.map(async ({ name: group }) => {
        const lease = await this.client.lease(keyspace.lease(group));
        return lease ? [{ group, ...lease }] : [];
      }),
    );
    return { ...overview, partition, owners: owners.flat() };
  }

  private async overview(keyspace: Keyspace, stream: string): Promise<StreamOverview> {
    const key = keyspace.stream(stream);
    const [info, deadLetters] = await Promise.all([
      this.client.stream(key),
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
    return Promise.all(
      groups.map(async (group) => {
        const next =
          group.lag === 0 ? undefined : (await this.client.range(key, `(${group.lastDeliveredId}`, '+', 1))[0];
        return { ...group, lagMs: next ? Math.max(0, nowMs - timeOfEntryId(next.id)) : 0 };
      }),
    );
  }

  /**
   * The groups of a stream, of each of its partitions, without the age of what they lag behind: one command each, for
   * those who look often.
   */
  async positions(stream: string): Promise<GroupRow[]> {
    return (await this.ofEach((keyspace) => this.client.groups(keyspace.stream(stream)))).flat();
  }

  /** The last entries up to `to` (an entry id; with `(` before it, those below it), latest first. */
  async latest(stream: string, options: { to?: string; count?: number } = {}): Promise<MonitoredEntry[]> {
    const { to = '+', count = 100 } = options;
    const look = async (keyspace: Keyspace): Promise<MonitoredEntry[]> =>
      toMonitoredAll(await this.client.latest(keyspace.stream(stream), count, to));
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
      all.map((keyspace) => toMonitoredAll(entries.get(keyspace.stream(name)) ?? []));
    return new Map([...positions.keys()].map((name) => [name, mergeEntries(found(name), Infinity)]));
  }

  private rate(key: string, added: number): number | null {
    const before = this.looks.get(key);
    const atMs = performance.now();
    this.looks.set(key, { atMs, added });
    if (!before || atMs === before.atMs || added < before.added) return null;
    return ((added - before.added) * 1000) / (atMs - before.atMs);
  }
}

function toMonitoredAll(entries: readonly StreamEntry[]): MonitoredEntry[] {
  return entries.map((entry) => toMonitored(entry)).filter((entry) => entry !== null);
}

function toMonitored(entry: StreamEntry | null): MonitoredEntry | null {
  if (!entry?.fields) return null;
  try {
    return { id: entry.id, event: decode(entry.fields), fields: entry.fields };
  } catch {
    return { id: entry.id, event: null, fields: entry.fields };
  }
}
