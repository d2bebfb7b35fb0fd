import type { RedisCommand } from '../../connection/encode-command.js';

/** A command that looks, and how to read its reply; several go to Redis in one round trip. */
export interface Question<T> {
  readonly command: RedisCommand;
  /** @throws UnexpectedReplyError */
  read(reply: unknown): T;
  /** The answer where there is no such stream or group. */
  readonly missing: T;
  /** Whether the reply is to come as bytes, not as text. @default false */
  readonly isOfBytes?: boolean;
  /** Whether it is also the answer where this Redis user may not ask. @default false */
  readonly isOptional?: boolean;
  /** The same by ordinary commands, for a Redis user who may not run scripts. */
  readonly plain?: Question<T> | undefined;
}
