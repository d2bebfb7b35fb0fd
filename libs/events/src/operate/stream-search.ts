import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { scanStreams } from '../stream/questions/scan-questions.js';

/** Keys that one step looks at, about. */
const KEYS_OF_ONE_STEP = 1000;

/** What one step of a search for streams has found. */
export interface FoundStreams {
  /** Without prefix, some perhaps twice. */
  names: string[];
  /** The cursor of the next step; null at the end. */
  next: string | null;
}

/** One step of the search for streams among all keys of the database. */
export async function searchStreams(client: MonitorClient, keyspace: Keyspace, cursor: string): Promise<FoundStreams> {
  const { keys, next } = await client.ask(scanStreams(cursor, keyspace.streamPattern, KEYS_OF_ONE_STEP));
  return { names: keys.map((key) => keyspace.streamOf(key)).filter((name) => name !== null), next };
}

/** All of them, in the order of their names. */
export async function allStreams(client: MonitorClient, partitions: Partitions): Promise<string[]> {
  const found = new Set<string>();
  const search = async (keyspace: Keyspace): Promise<void> => {
    for (let cursor: string | null = '0'; cursor !== null;) {
      const step: FoundStreams = await searchStreams(client, keyspace, cursor);
      for (const name of step.names) found.add(name);
      cursor = step.next;
    }
  };
  await Promise.all(partitions.all.map(search));
  return [...found].sort();
}
