import { Injectable } from '@nestjs/common';
import { decode } from '../decode/decode.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import { timeOfEntryId } from '../stream/entry-id.js';
import { Keyspace } from '../stream/keyspace.js';
import { MonitorClient, type ConsumerRow, type GroupRow, type PendingSummary } from '../stream/monitor-client.js';
import type { StreamEntry } from '../stream/stream-client.js';

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

/** How far a group is behind on a stream. */
export interface GroupBacklog extends Pick<MonitoredGroup, 'lag' | 'lagMs' | 'pending'> {
  /** How old the oldest entry is that was delivered and is not settled, in milliseconds; 0 when there is none. */
  oldestPendingMs: number;
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

/** Looks at streams without touching them: nothing here reads as a consumer would. */
@Injectable()
export class EventMonitor {
  private readonly looks = new Map<string, { atMs: number; added: number }>();

  constructor(
    private readonly client: MonitorClient,
    private readonly keyspace: Keyspace,
  ) {}

  /** The names, without prefix, of the streams that are there; looks at every key of Redis. */
  async streams(): Promise<string[]> {
    const prefix = this.keyspace.stream('');
    const keys = await this.client.streams(`${prefix}*`);
    // What belongs to a stream has further parts: `orders:dead-letters`.
    return keys.map((key) => key.slice(prefix.length)).filter((name) => name !== '' && !name.includes(':'));
  }

  /** @param stream the stream's name without prefix */
  async stream(stream: string): Promise<StreamOverview> {
    const key = this.keyspace.stream(stream);
    const [info, deadLetters] = await Promise.all([
      this.client.stream(key),
      this.client.length(this.keyspace.deadLetters(stream)),
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
      groups: await this.groups(stream),
    };
  }

  /** The groups of a stream; none when it does not exist. */
  async groups(stream: string): Promise<MonitoredGroup[]> {
    const key = this.keyspace.stream(stream);
    const [groups, nowMs] = await Promise.all([this.client.groups(key), this.client.now()]);
    return Promise.all(groups.map(async (group) => ({ ...group, lagMs: await this.lagMs(key, group, nowMs) })));
  }

  /** How far one group is behind, by four commands at most; null when there is no such group. */
  async backlog(stream: string, group: string): Promise<GroupBacklog | null> {
    const key = this.keyspace.stream(stream);
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

  /** The consumers of a group, with what they hold and when they were last seen. */
  consumers(stream: string, group: string): Promise<ConsumerRow[]> {
    return this.client.consumers(this.keyspace.stream(stream), group);
  }

  /** What a group was given and has not settled. */
  pending(stream: string, group: string): Promise<PendingSummary> {
    return this.client.pending(this.keyspace.stream(stream), group);
  }

  /** Entries from `from` to `to` (entry ids, `-` and `+` for the ends), oldest first. */
  async entries(
    stream: string,
    options: { from?: string; to?: string; count?: number } = {},
  ): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100 } = options;
    return toMonitoredAll(await this.client.range(this.keyspace.stream(stream), from, to, count));
  }

  /** The last entries up to `to` (an entry id; with `(` before it, those below it), latest first. */
  async latest(stream: string, options: { to?: string; count?: number } = {}): Promise<MonitoredEntry[]> {
    const { to = '+', count = 100 } = options;
    return toMonitoredAll(await this.client.latest(this.keyspace.stream(stream), count, to));
  }

  /**
   * Entries after a position of each stream, oldest first. It belongs to no group, so nobody misses what it reads.
   *
   * @param positions by the streams' names: the id after which to read
   * @param options.count of each stream at most
   * @param options.wait how long to wait at the server for the first one, and how long the answer may take beyond that;
   * whatever else is asked for on this connection waits, too. Default: it waits for nothing
   */
  async after(
    positions: ReadonlyMap<string, string>,
    { count, wait }: { count: number; wait?: { blockMs: number; timeoutMs: number } },
  ): Promise<Map<string, MonitoredEntry[]>> {
    const byKey = new Map([...positions].map(([name, id]) => [this.keyspace.stream(name), id]));
    const entries = await this.client.after(byKey, count, wait);
    const found = [...positions.keys()].map((name) => [name, entries.get(this.keyspace.stream(name)) ?? []] as const);
    return new Map(found.map(([name, of]) => [name, toMonitoredAll(of)]));
  }

  private async lagMs(key: string, { lag, lastDeliveredId }: GroupRow, nowMs: number): Promise<number> {
    if (lag === 0) return 0;
    const [next] = await this.client.range(key, `(${lastDeliveredId}`, '+', 1);
    return next ? ageOf(next.id, nowMs) : 0;
  }

  private rate(key: string, added: number): number | null {
    const before = this.looks.get(key);
    const atMs = performance.now();
    this.looks.set(key, { atMs, added });
    if (!before || atMs === before.atMs || added < before.added) return null;
    return ((added - before.added) * 1000) / (atMs - before.atMs);
  }
}

function ageOf(id: string, nowMs: number): number {
  return Math.max(0, nowMs - timeOfEntryId(id));
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
