const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * MurmurHash2, 32 bits, of a text's UTF-8 bytes, as Apache Kafka's default partitioner has it: A. Appleby, 2008, in the
 * public domain, with Kafka's seed.
 *
 * @returns a signed 32-bit integer, as Kafka's does
 */
export function murmur2(text: string): number {
  const bytes = Buffer.from(text);
  const rest = bytes.length % 4;
  const whole = bytes.length - rest;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(whole, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a key: the same for ever, in every process, and the one that Kafka's clients would choose.
 *
 * @param count how many partitions there are, from 1
 * @returns from 0 to below `count`
 */
export function partitionOf(key: string, count: number): number {
  return count === 1 ? 0 : (murmur2(key) & 0x7fffffff) % count;
}
