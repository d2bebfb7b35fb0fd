import { Injectable } from '@nestjs/common';
import { timeOfEntryId } from '../stream/entry-id.js';
import { Keyspace } from '../stream/keyspace.js';
import { MonitorClient } from '../stream/monitor-client.js';
import type { ConsumerRow, GroupRow, PendingSummary } from '../stream/questions.js';
import { rangeBack, scanStreams } from '../stream/questions.js';
import { deliveryStates, type DeliveryState } from './delivery-states.js';
import { allMonitored, toMonitored, type MonitoredEntry } from './monitored-entry.js';
import { SurveyPlan, type Survey, type SurveyRequest } from './survey.js';

/** Keys that one step of the search for streams looks at, about. */
const KEYS_OF_ONE_STEP = 1000;

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

/** Looks at streams without touching them: nothing here reads as a consumer would. */
@Injectable()
export class EventMonitor {
  private readonly looks = new Map<string, { atMs: number; added: number }>();

  constructor(
    private readonly client: MonitorClient,
    private readonly keyspace: Keyspace,
  ) {}

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
    return Promise.all(
      groups.map(async (group) => {
        const next =
          group.lag === 0 ? undefined : (await this.client.range(key, `(${group.lastDeliveredId}`, '+', 1))[0];
        return { ...group, lagMs: next ? Math.max(0, nowMs - timeOfEntryId(next.id)) : 0 };
      }),
    );
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
    return allMonitored(await this.client.range(this.keyspace.stream(stream), from, to, count));
  }

  /** Entries from `to` back to `from` (entry ids, `(` before one leaves it out), newest first. */
  async latest(
    stream: string,
    options: { from?: string; to?: string; count?: number } = {},
  ): Promise<MonitoredEntry[]> {
    const { from = '-', to = '+', count = 100 } = options;
    return allMonitored(await this.client.ask(rangeBack(this.keyspace.stream(stream), to, from, count)));
  }

  /**
   * One step of a search for the streams of this prefix among all keys of the database: cheap, but there may be many.
   *
   * @param cursor what the step before gave as `next`; default: the first step
   * @returns names without prefix, some perhaps twice; `next` is null at the end
   */
  async find(cursor = '0'): Promise<{ names: string[]; next: string | null }> {
    const { keys, next } = await this.client.ask(scanStreams(cursor, this.keyspace.streamPattern, KEYS_OF_ONE_STEP));
    return { names: keys.map((key) => this.keyspace.streamOf(key)).filter((name) => name !== null), next };
  }

  /** Looks at several streams, and at workers, in one round trip. */
  async survey(request: SurveyRequest): Promise<Survey> {
    const plan = new SurveyPlan(this.keyspace, request);
    return plan.read(await this.client.askAll(plan.questions));
  }

  /** What became of entries with each group that reads the stream, by their ids. */
  deliveries(stream: string, ids: readonly string[]): Promise<Map<string, DeliveryState[]>> {
    return deliveryStates(this.client, this.keyspace, stream, ids);
  }

  private rate(key: string, added: number): number | null {
    const before = this.looks.get(key);
    const atMs = performance.now();
    this.looks.set(key, { atMs, added });
    if (!before || atMs === before.atMs || added < before.added) return null;
    return ((added - before.added) * 1000) / (atMs - before.atMs);
  }
}
