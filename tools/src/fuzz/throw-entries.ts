import { Failure } from '../failure.js';
import { RedisReplyError } from '../redis/connection.js';
import { createEntries, type Sample } from './entries.js';
import { weighted } from './weighted.js';
import type { RedisConnection } from '../redis/connection.js';
import type { Random } from '../trial/random.js';

/** Commands that are on their way at once. */
const AT_ONCE = 64;
/** After so many entries samples are read anew, so that hostile entries have the keys of orders that are open. */
const SAMPLES_FOR = 512;
/**
 * How often a stream gets one, beside the others: of the dead letters of each, 100,000 are kept, and with more the audit could
 * not find all of them. Orders are read by four groups.
 */
const WEIGHTS = { orders: 0.9 } as Readonly<Record<string, number>>;

/** So many of the newest entries are looked at for samples: more than were thrown at one stream meanwhile. */
const LOOKED_AT = 256;

interface ThrowEntriesOptions {
  readonly connection: RedisConnection;
  readonly random: Random;
  readonly prefix: string;
  /** Without prefix. */
  readonly streams: readonly string[];
  readonly count: number;
  readonly tell: (done: number) => void;
}

/** Appends hostile entries to the shop's streams, past the library, each made of an event that the shop has published there. */
export async function throwEntries({
  connection,
  random,
  prefix,
  streams,
  count,
  tell,
}: ThrowEntriesOptions): Promise<{ byKind: Record<string, number>; byStream: Record<string, number> }> {
  const make = createEntries(random);
  const pick = weighted(
    random,
    streams.map((stream) => ({ stream, weight: WEIGHTS[stream] ?? 1 })),
  );
  const byKind: Record<string, number> = {};
  const byStream: Record<string, number> = Object.fromEntries(streams.map((stream) => [stream, 0]));
  const thrown = new Set<unknown>();
  let samples: ReadonlyMap<string, Sample[]> = new Map();
  for (let done = 0; done < count;) {
    if (done % SAMPLES_FOR === 0) samples = await readSamples({ connection, prefix, streams, thrown, before: samples });
    const some = Array.from({ length: Math.min(AT_ONCE, count - done) }, () => {
      const { stream } = pick();
      const { kind, fields } = make(random.one(samples.get(stream) ?? []));
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      byStream[stream] = (byStream[stream] ?? 0) + 1;
      return connection.call('XADD', `${prefix}:${stream}`, '*', ...fields.flat());
    });
    for (const id of await Promise.all(some).catch(explain)) thrown.add(id);
    done += some.length;
    tell(done);
  }
  return { byKind, byStream };
}

function explain(error: unknown): never {
  if (!(error instanceof RedisReplyError) || error.code !== 'OOM') throw error;
  throw new Failure(
    'Redis is full, as it may be in docker-compose.yml (REDIS_MAXMEMORY): fewer entries fit. Try --entries 50000.',
  );
}

interface ReadSamplesOptions {
  readonly connection: RedisConnection;
  readonly prefix: string;
  readonly streams: readonly string[];
  /** Ids of hostile entries. */
  readonly thrown: ReadonlySet<unknown>;
  readonly before: ReadonlyMap<string, Sample[]>;
}

/** The newest entries of each stream that the shop has published; those of before where there is none. */
async function readSamples({ connection, prefix, streams, thrown, before }: ReadSamplesOptions) {
  const found = await Promise.all(
    streams.map(async (stream) => {
      const rows = (await connection.call(
        'XREVRANGE',
        `${prefix}:${stream}`,
        '+',
        '-',
        'COUNT',
        String(LOOKED_AT),
      )) as [string, string[]][];
      const own = rows.filter(([id]) => !thrown.has(id)).map(([, flat]) => fieldsByName(flat));
      return [stream, own.length > 0 ? own : (before.get(stream) ?? [])] as const;
    }),
  );
  return new Map(found);
}

/** @param flat names and values in turn */
function fieldsByName(flat: readonly string[]): Sample {
  return Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])));
}
