import type { EventsError } from '../model/errors/events-error.js';
import { isForbidden, isOutOfMemory, RedisForbiddenError, RedisOutOfMemoryError } from '../model/errors/redis.js';

/**
 * The error of a publish that Redis refuses because it has no memory, or because its user lacks a right; undefined for any other error. Such
 * a publish fails at once and is not repeated until its deadline: waiting events need memory, too, and rights are granted by hand.
 *
 * @param error Redis' answer, where all attempts so far were answered
 */
export function refusalOf(error: unknown): EventsError | undefined {
  if (isOutOfMemory(error)) return new RedisOutOfMemoryError((error as Error).message);
  if (isForbidden(error)) return new RedisForbiddenError((error as Error).message);
  return undefined;
}
