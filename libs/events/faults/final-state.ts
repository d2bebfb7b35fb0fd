import type { TestRedis } from '@repo/testing';
import { fieldsOf } from '../test/entries.js';

type Client = TestRedis['client'];

/** An event as the stream has it. */
export interface EntryState {
  id: string;
  eventId: string;
  key: string;
}

/** What Redis holds when a test is over, looked at past the library. */
export interface FinalState {
  /** The stream, oldest first. */
  entries: EntryState[];
  /** The event ids of the dead letters. */
  deadLetters: string[];
  /** How often the effect of each event was applied, by event id. */
  effects: Record<string, number>;
  /** Event ids by key, in the order in which their effects were applied. */
  orders: Record<string, string[]>;
  /** The events of which each event that followed names the cause. */
  followed: string[];
  /** Entries that were delivered and not settled: entry id and consumer. */
  pending: string[];
  consumers: string[];
  /** Fields of the hashes of delivery notes. */
  notes: string[];
  /** Replays that were not settled. */
  replays: number;
  /** Entries of the stream that the group was not given yet. */
  lag: number;
}

/** What a part of {@link FinalState} is found under. */
export interface Place {
  prefix: string;
  group?: string;
  /** Where the handlers' effects stand. */
  state?: string;
}

export async function readFinalState(
  client: Client,
  { prefix, group = 'testers', state = 'tester' }: Place,
): Promise<FinalState> {
  const stream = `${prefix}:notes`;
  const replays = `${stream}:${group}:replays`;
  const entries = (await client.xrange(stream, '-', '+')).map(([id, flat]) => {
    const fields = fieldsOf(flat);
    return { id, eventId: fields['event_id'] ?? '', key: fields['partition_key'] ?? '' };
  });
  const idsIn = async (name: string, field: string): Promise<string[]> =>
    (await client.xrange(`${prefix}:${name}`, '-', '+')).map(([, flat]) => fieldsOf(flat)[field] ?? '');
  const effects = Object.entries(await client.hgetall(`${prefix}:${state}:effects`));
  const orders: Record<string, string[]> = {};
  for (const key of new Set(entries.map((entry) => entry.key))) {
    orders[key] = await client.lrange(`${prefix}:${state}:order ${key}`, 0, -1);
  }
  return {
    entries,
    deadLetters: await idsIn('notes:dead-letters', 'entry.event_id'),
    effects: Object.fromEntries(effects.map(([id, count]) => [id, Number(count)])),
    orders,
    followed: await idsIn('files', 'causation_id'),
    ...(await readGroup(client, stream, group)),
    notes: [...(await client.hkeys(`${stream}:${group}:deliveries`)), ...(await client.hkeys(`${replays}:deliveries`))],
    replays: await client.xlen(replays),
  };
}

/** Whether the group has settled everything and keeps no note of it. */
export async function isQuiet(client: Client, { prefix, group = 'testers' }: Place): Promise<boolean> {
  const stream = `${prefix}:notes`;
  const { pending, lag } = await readGroup(client, stream, group);
  const kept = [`${stream}:${group}:deliveries`, `${stream}:${group}:replays`];
  return (
    pending.length === 0 && lag === 0 && (await client.hlen(kept[0] ?? '')) + (await client.xlen(kept[1] ?? '')) === 0
  );
}

async function readGroup(
  client: Client,
  stream: string,
  group: string,
): Promise<Pick<FinalState, 'pending' | 'consumers' | 'lag'>> {
  const rows = ((await client.xinfo('GROUPS', stream)) as unknown[][]).map(named);
  const own = rows.find(({ name }) => name === group);
  const consumers = ((await client.xinfo('CONSUMERS', stream, group)) as unknown[][]).map(named);
  const pending = (await client.xpending(stream, group, '-', '+', 10_000)) as [string, string][];
  // Redis' own "lag" is not always known.
  const unread = await client.xrange(stream, `(${String(own?.['last-delivered-id'])}`, '+');
  return {
    pending: pending.map(([id, consumer]) => `${id} of ${consumer}`),
    consumers: consumers.map(({ name }) => String(name)),
    lag: unread.length,
  };
}

/** A reply of names and values by name. */
function named(row: readonly unknown[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (let index = 0; index + 1 < row.length; index += 2) entries.push([String(row[index]), row[index + 1]]);
  return Object.fromEntries(entries);
}
