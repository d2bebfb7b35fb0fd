import type { EventsError } from '../model/errors/events-error.js';
import { isForbidden, isOutOfMemory, RedisForbiddenError, RedisOutOfMemoryError } from '../model/errors/redis.js';

/**
 * What a caller is told at once of a refusal that need not end while it waits: whoever waits for room only makes it scarcer, and
 * rights come back by hand. Undefined for anything else.
 *
 * @param error what Redis answered to the only attempt, or to one after attempts that were answered, too
 */
export function refusalOf(error: unknown): EventsError | undefined {
  if (isOutOfMemory(error)) return new RedisOutOfMemoryError((error as Error).message);
  if (isForbidden(error)) return new RedisForbiddenError((error as Error).message);
  return undefined;
}
