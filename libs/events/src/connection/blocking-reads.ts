import type { Redis } from 'ioredis';
import { SafeLogger } from '../log/safe-logger.js';
import { isReadOnly, RedisTimeoutError } from '../model/errors/redis.js';
import type { Link, ReplyParser } from './connection.js';
import { encodeCommand, type RedisCommand } from './encode-command.js';
import { IOREDIS_VERSION } from './ioredis-version.js';
import { RawReplies, whyNotTaken } from './raw-replies.js';

const logger = new SafeLogger('RedisConnection');

/**
 * Reads of one connection whose replies a parser takes from the bytes. Where {@link whyNotTaken} says so, they go through ioredis: that is
 * slower, and the result the same.
 */
export class BlockingReads {
  private present: { stream: Redis['stream']; replies: RawReplies | undefined } | undefined;
  /** Whether it was said that they go through ioredis. */
  private saysPlain = false;

  /** @param ioredisVersion of the client; tests give another one */
  constructor(
    private readonly client: Redis,
    private readonly ioredisVersion = IOREDIS_VERSION,
  ) {}

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

  /** @returns undefined where the replies of this connection must not be taken */
  private rawRepliesOf(stream: Redis['stream']): RawReplies | undefined {
    if (this.present?.stream === stream) return this.present.replies;
    const reason = whyNotTaken(stream, this.ioredisVersion);
    const replies = reason === undefined ? new RawReplies(stream) : undefined;
    if (reason !== undefined && !this.saysPlain) {
      this.saysPlain = true;
      logger.warn(
        `Events are read through ioredis, which is slower than to take its replies from the connection: ${reason}`,
      );
    }
    this.present = { stream, replies };
    return replies;
  }
}
