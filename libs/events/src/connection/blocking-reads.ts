import type { Redis } from 'ioredis';
import { SafeLogger } from '../log/safe-logger.js';
import { isReadOnly, RedisTimeoutError } from '../model/errors/redis.js';
import type { Link, ReplyParser } from './connection.js';
import { encodeCommand, type RedisCommand } from './encode-command.js';
import { canTakeReplies, RawReplies } from './raw-replies.js';

const logger = new SafeLogger('RedisConnection');

/**
 * Reads of one connection whose replies a parser takes from the bytes. Where ioredis does not read its connections as expected, they go
 * through it: that is slower, and the result the same.
 */
export class BlockingReads {
  private present: { stream: Redis['stream']; replies: RawReplies | undefined } | undefined;
  /** Whether it was said that they go through ioredis. */
  private saysPlain = false;

  constructor(private readonly client: Redis) {}

  /**
   * One read.
   *
   * @param call runs it as a call of the connection, with its deadline
   */
  async read<T>(
    command: RedisCommand,
    parser: ReplyParser<T>,
    call: (run: (link: Link) => Promise<T>) => Promise<T>,
  ): Promise<T> {
    let stream: Redis['stream'] | undefined;
    // The reply before may have been cut off.
    parser.reset();
    try {
      return await call(async (link) => {
        ({ stream } = this.client);
        const replies = this.rawRepliesOf(stream);
        if (replies) return replies.send(encodeCommand(command), parser);
        return parser.fromReply(await link.sendForBytes(command));
      });
    } catch (error) {
      // What comes too late would be taken for the next reply, or for nobody's. And as ioredis does after its own commands: a master
      // that is one no more is looked for anew.
      if (error instanceof RedisTimeoutError || isReadOnly(error)) stream?.destroy();
      throw error;
    }
  }

  /** @returns undefined where ioredis does not read this connection as expected */
  private rawRepliesOf(stream: Redis['stream']): RawReplies | undefined {
    if (this.present?.stream === stream) return this.present.replies;
    const replies = canTakeReplies(stream) ? new RawReplies(stream) : undefined;
    if (!replies && !this.saysPlain) {
      this.saysPlain = true;
      logger.warn(
        'This version of ioredis reads its connections otherwise than expected: events are read through it, which is slower',
      );
    }
    this.present = { stream, replies };
    return replies;
  }
}
