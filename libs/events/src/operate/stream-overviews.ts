import { timeOfEntryId } from '../stream/entries/entry-id.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { MAX_WHOLE_BYTES, peekNextId } from '../stream/questions/peek.js';
import type { GroupRow } from '../stream/questions/group-questions.js';
import { mergeBacklogs, mergeGroups, mergeOverviews } from './merge.js';
import { toMonitored } from './monitored-entry.js';
import type { GroupBacklog, MonitoredGroup, PartitionOverview, StreamOverview } from './overviews.js';
import { Rates } from './rates.js';

/** What a stream has at one moment, and how far its groups are: of all partitions together, and of each. */
export class StreamOverviews {
  private readonly rates = new Rates();

  constructor(
    private readonly client: MonitorClient,
    private readonly partitions: Partitions,
  ) {}

  async of(streamName: string, wholeBytes?: number): Promise<StreamOverview> {
    if (this.partitions.count === 1) return this.overview(this.partitions.at(0), streamName, wholeBytes);
    const each = await this.ofPartitions(streamName, wholeBytes);
    return { name: streamName, key: each[0]?.key ?? '', ...mergeOverviews(each) };
  }

  /** By their numbers, and who owns them. */
  ofPartitions(streamName: string, wholeBytes?: number): Promise<PartitionOverview[]> {
    return Promise.all(this.partitions.all.map((_, number) => this.ofPartition(streamName, number, wholeBytes)));
  }

  async groups(streamName: string): Promise<MonitoredGroup[]> {
    return mergeGroups(await Promise.all(this.partitions.all.map((keyspace) => this.groupsOf(keyspace, streamName))));
  }

  /** Null when there is no such group. */
  async backlog(streamName: string, group: string): Promise<GroupBacklog | null> {
    const backlogs = await Promise.all(
      this.partitions.all.map((keyspace) => this.backlogOf(keyspace, streamName, group)),
    );
    return mergeBacklogs(backlogs.filter((backlog) => backlog !== null));
  }

  private async ofPartition(streamName: string, partition: number, wholeBytes?: number): Promise<PartitionOverview> {
    const keyspace = this.partitions.at(partition);
    const overview = await this.overview(keyspace, streamName, wholeBytes);
    if (this.partitions.count === 1) return { ...overview, partition, owners: [] };
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
    streamName: string,
    wholeBytes = MAX_WHOLE_BYTES,
  ): Promise<StreamOverview> {
    const key = keyspace.stream(streamName);
    const [info, deadLetters] = await Promise.all([
      this.client.stream(key, { wholeBytes }),
      this.client.length(keyspace.deadLetters(streamName)),
    ]);
    return {
      name: streamName,
      key,
      exists: info !== null,
      length: info?.length ?? 0,
      first: toMonitored(info?.first ?? null),
      last: toMonitored(info?.last ?? null),
      deadLetters,
      ratePerSecond: this.rate(key, info?.entriesAdded ?? 0),
      groups: await this.groupsOf(keyspace, streamName),
    };
  }

  private async groupsOf(keyspace: Keyspace, streamName: string): Promise<MonitoredGroup[]> {
    const key = keyspace.stream(streamName);
    const [groups, nowMs] = await Promise.all([this.client.groups(key), this.client.now()]);
    return Promise.all(groups.map(async (group) => ({ ...group, lagMs: await this.lagMs(key, group, nowMs) })));
  }

  private async backlogOf(keyspace: Keyspace, streamName: string, group: string): Promise<GroupBacklog | null> {
    const key = keyspace.stream(streamName);
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
