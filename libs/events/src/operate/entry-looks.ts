import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { MAX_WHOLE_BYTES, peek } from '../stream/questions/peek.js';
import { rangeBack } from '../stream/questions/stream-questions.js';
import { REPLY_BYTES } from '../stream/entries/read-pace.js';
import { mergeEntries, mergeLatest } from './merge.js';
import { allMonitored, type MonitoredEntry } from './monitored-entry.js';

/** Entries of one reply, of all partitions in the order of their ids. */
export class EntryLooks {
  constructor(
    private readonly client: MonitorClient,
    private readonly partitions: Partitions,
  ) {}

  /** Oldest first. @param partition of this one only */
  async from(
    streamName: string,
    { from, to, count, partition }: { from: string; to: string; count: number; partition: number | undefined },
  ): Promise<MonitoredEntry[]> {
    const look = async (keyspace: Keyspace): Promise<MonitoredEntry[]> =>
      allMonitored(await this.client.range(keyspace.stream(streamName), from, to, count));
    return partition === undefined ? mergeEntries(await this.ofEach(look), count) : look(this.partitions.at(partition));
  }

  /** Newest first. */
  async backFrom(
    streamName: string,
    { from, to, count }: { from: string; to: string; count: number },
  ): Promise<MonitoredEntry[]> {
    const look = async (keyspace: Keyspace): Promise<MonitoredEntry[]> =>
      allMonitored(await this.client.ask(rangeBack(keyspace.stream(streamName), to, from, count)));
    return mergeLatest(await this.ofEach(look), count);
  }

  /** Null when it is in no partition. */
  async one(streamName: string, id: string, wholeBytes = MAX_WHOLE_BYTES): Promise<MonitoredEntry | null> {
    for (const keyspace of this.partitions.all) {
      const range = { key: keyspace.stream(streamName), from: id, to: id, order: 'oldest-first', count: 1 } as const;
      const { entries } = await this.client.ask(peek(range, { replyBytes: REPLY_BYTES, wholeBytes }));
      const [entry] = allMonitored(entries);
      if (entry) return entry;
    }
    return null;
  }

  /** Oldest first, by the streams' names. */
  async after(
    positions: ReadonlyMap<string, string>,
    count: number,
    wait?: { blockMs: number; timeoutMs: number },
  ): Promise<Map<string, MonitoredEntry[]>> {
    const { all } = this.partitions;
    const byKey = new Map(
      [...positions].flatMap(([name, id]) => all.map((keyspace) => [keyspace.stream(name), id] as const)),
    );
    const entries = await this.client.after(byKey, count, wait);
    const found = (name: string): MonitoredEntry[][] =>
      all.map((keyspace) => allMonitored(entries.get(keyspace.stream(name)) ?? []));
    return new Map([...positions.keys()].map((name) => [name, mergeEntries(found(name), Infinity)]));
  }

  private ofEach<T>(look: (keyspace: Keyspace) => Promise<T>): Promise<T[]> {
    return Promise.all(this.partitions.all.map(look));
  }
}
