import { Failure } from '../failure.js';
import { RedisReplyError } from '../redis/connection.js';
import { fromPairs } from '../redis/pairs.js';
import { createEntries, type Sample } from './hostile-entries.js';
import { weighted } from './weighted.js';
import type { RedisConnection } from '../redis/connection.js';
import type { Random } from '../trial/random.js';

/** How many commands are in flight at a time. */
const CONCURRENCY = 64;
/** After so many entries, new samples are read, so that hostile entries carry the keys of orders that are in progress. */
const SAMPLES_LAST_FOR = 512;
/**
 * How often a stream gets an entry, relative to the others. Four groups read the orders, so each entry there becomes four dead
 * letters. A stream keeps 100,000 dead letters, and the audit must find all of them.
 */
const WEIGHTS = { orders: 0.9 } as Readonly<Record<string, number>>;

/** How many of the newest entries are searched for samples: more than the hostile ones that a stream got since the last time. */
const NEWEST_ENTRIES = 256;

interface SendEntriesOptions {
  readonly connection: RedisConnection;
  readonly random: Random;
  readonly prefix: string;
  /** Names without prefix. */
  readonly streams: readonly string[];
  readonly count: number;
  readonly onProgress: (done: number) => void;
}

/** Appends hostile entries to the shop's streams, without the library. Each is made from an event that the shop has published. */
export async function sendEntries({
  connection,
  random,
  prefix,
  streams,
  count,
  onProgress,
}: SendEntriesOptions): Promise<{ byKind: Record<string, number>; byStream: Record<string, number> }> {
  const make = createEntries(random);
  const pick = weighted(
    random,
    streams.map((stream) => ({ stream, weight: WEIGHTS[stream] ?? 1 })),
  );
  const byKind: Record<string, number> = {};
  const byStream: Record<string, number> = Object.fromEntries(streams.map((stream) => [stream, 0]));
  const sentIds = new Set<unknown>();
  let samples: ReadonlyMap<string, Sample[]> = new Map();
  for (let done = 0; done < count;) {
    if (done % SAMPLES_LAST_FOR === 0)
      samples = await readSamples({ connection, prefix, streams, sentIds, previous: samples });
    const some = Array.from({ length: Math.min(CONCURRENCY, count - done) }, () => {
      const { stream } = pick();
      const { kind, fields } = make(random.one(samples.get(stream) ?? []));
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      byStream[stream] = (byStream[stream] ?? 0) + 1;
      return connection.call('XADD', `${prefix}:${stream}`, '*', ...fields.flat());
    });
    for (const id of await Promise.all(some).catch(explain)) sentIds.add(id);
    done += some.length;
    onProgress(done);
  }
  return { byKind, byStream };
}

function explain(error: unknown): never {
  if (!(error instanceof RedisReplyError) || error.code !== 'OOM') throw error;
  throw new Failure(
    'Redis is out of memory: its limit is REDIS_MAXMEMORY of docker-compose.yml. Send fewer entries, such as --entries 50000.',
  );
}

interface ReadSamplesOptions {
  readonly connection: RedisConnection;
  readonly prefix: string;
  readonly streams: readonly string[];
  /** The ids of the hostile entries. */
  readonly sentIds: ReadonlySet<unknown>;
  readonly previous: ReadonlyMap<string, Sample[]>;
}

/** The newest entries of each stream that the shop has published; the previous samples if it has published none since. */
async function readSamples({ connection, prefix, streams, sentIds, previous }: ReadSamplesOptions) {
  const found = await Promise.all(
    streams.map(async (stream) => {
      const rows = (await connection.call(
        'XREVRANGE',
        `${prefix}:${stream}`,
        '+',
        '-',
        'COUNT',
        String(NEWEST_ENTRIES),
      )) as [string, string[]][];
      const published = rows.filter(([id]) => !sentIds.has(id)).map(([, fields]) => fromPairs(fields));
      return [stream, published.length > 0 ? published : (previous.get(stream) ?? [])] as const;
    }),
  );
  return new Map(found);
}
