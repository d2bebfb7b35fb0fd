import { Failure } from '../failure.mjs';
import { RedisReplyError } from '../redis/replies.mjs';
import { createEntries } from './entries.mjs';
import { weighted } from './weighted.mjs';

/** Commands that are on their way at once. */
const AT_ONCE = 64;
/** After so many entries samples are read anew, so that hostile entries have the keys of orders that are open. */
const SAMPLES_FOR = 512;
/**
 * How often a stream gets one, beside the others: of the dead letters of each, 100,000 are kept, and with more the audit could
 * not find all of them. Orders are read by four groups.
 */
const WEIGHTS = /** @type {Readonly<Record<string, number>>} */ ({ orders: 0.9 });

/** So many of the newest entries are looked at for samples: more than were thrown at one stream meanwhile. */
const LOOKED_AT = 256;

/**
 * Appends hostile entries to the shop's streams, past the library, each made of an event that the shop has published there.
 * @param {object} options
 * @param {import('../redis/connection.mjs').RedisConnection} options.connection
 * @param {import('./broken-json.mjs').Random} options.random
 * @param {string} options.prefix
 * @param {readonly string[]} options.streams without prefix
 * @param {number} options.count
 * @param {(done: number) => void} options.tell
 * @returns {Promise<{ byKind: Record<string, number>, byStream: Record<string, number> }>}
 */
export async function throwEntries({ connection, random, prefix, streams, count, tell }) {
  const make = createEntries(random);
  const pick = weighted(
    random,
    streams.map((stream) => ({ stream, weight: WEIGHTS[stream] ?? 1 })),
  );
  /** @type {Record<string, number>} */
  const byKind = {};
  /** @type {Record<string, number>} */
  const byStream = Object.fromEntries(streams.map((stream) => [stream, 0]));
  /** @type {Set<unknown>} */
  const thrown = new Set();
  /** @type {ReadonlyMap<string, import('./entries.mjs').Sample[]>} */
  let samples = new Map();
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

/**
 * @param {unknown} error
 * @returns {never}
 */
function explain(error) {
  if (!(error instanceof RedisReplyError) || error.code !== 'OOM') throw error;
  throw new Failure(
    'Redis is full, as it may be in docker-compose.yml (REDIS_MAXMEMORY): fewer entries fit. Try --entries 50000.',
  );
}

/**
 * The newest entries of each stream that the shop has published; those of before where there is none.
 * @param {object} from
 * @param {import('../redis/connection.mjs').RedisConnection} from.connection
 * @param {string} from.prefix
 * @param {readonly string[]} from.streams
 * @param {ReadonlySet<unknown>} from.thrown ids of hostile entries
 * @param {ReadonlyMap<string, import('./entries.mjs').Sample[]>} from.before
 */
async function readSamples({ connection, prefix, streams, thrown, before }) {
  const found = await Promise.all(
    streams.map(async (stream) => {
      const rows = /** @type {[string, string[]][]} */ (
        await connection.call('XREVRANGE', `${prefix}:${stream}`, '+', '-', 'COUNT', String(LOOKED_AT))
      );
      const own = rows.filter(([id]) => !thrown.has(id)).map(([, flat]) => fieldsByName(flat));
      return /** @type {const} */ ([stream, own.length > 0 ? own : (before.get(stream) ?? [])]);
    }),
  );
  return new Map(found);
}

/**
 * @param {readonly string[]} flat names and values in turn
 * @returns {import('./entries.mjs').Sample}
 */
function fieldsByName(flat) {
  return Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])));
}
