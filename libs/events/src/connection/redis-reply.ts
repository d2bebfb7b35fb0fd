import { ReplyError } from 'ioredis';

/** As ioredis makes it of an error reply; its own typing is `any`. */
const RedisReply = ReplyError as new (message: string) => Error;

/** What Redis refused, as ioredis throws it. */
export function redisReply(message: string): Error {
  return new RedisReply(message);
}
