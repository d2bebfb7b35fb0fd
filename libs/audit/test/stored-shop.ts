import type { Redis } from 'ioredis';
import { STREAMS } from '@shop/contracts/facts';
import {
  acceptedKey,
  deadLettersKey,
  poisonKey,
  READ_MODEL_NAMES,
  READERS,
  readModelKey,
  streamKey,
} from '../src/keys.js';
import type { Entry, TestShop } from './test-shop.js';

/**
 * Writes a shop to Redis, as if every group had handled every entry. A second call adds what is new since the first.
 */
export async function store(redis: Redis, prefix: string, shop: TestShop): Promise<void> {
  const append = async (key: string, entries: readonly Entry[]): Promise<void> => {
    const commands = redis.pipeline();
    for (const { id, fields } of entries.slice(await redis.xlen(key))) commands.xadd(key, id, ...fields);
    for (const [error] of (await commands.exec()) ?? []) if (error) throw error;
  };
  for (const stream of STREAMS) {
    const key = streamKey(prefix, stream);
    const entries = shop.streams[stream];
    const isNew = (await redis.exists(key)) === 0;
    for (const group of isNew ? READERS[stream] : []) await redis.xgroup('CREATE', key, group, '$', 'MKSTREAM');
    await append(key, entries);
    await append(deadLettersKey(prefix, stream), shop.deadLetters[stream]);
    for (const group of READERS[stream]) await redis.xgroup('SETID', key, group, '$', 'ENTRIESREAD', entries.length);
  }
  if (shop.accepted.size > 0) await redis.sadd(acceptedKey(prefix), ...shop.accepted);
  if (shop.poison.size > 0) await redis.sadd(poisonKey(prefix), ...shop.poison);
  for (const name of READ_MODEL_NAMES) {
    const counts = shop.readModels[name];
    if (counts.size > 0) await redis.hset(readModelKey(prefix, name), counts);
  }
}
