import { Command } from 'ioredis';
import { encodeCommand, recycleCommand, type RedisCommand } from './encode-command.js';

/** A command for ioredis, encoded by us: docs/internals/performance.md#it-writes-long-commands-slowly */
export class EncodedCommand extends Command {
  private readonly encoded: Buffer;

  /** @param replyEncoding null for a reply of bytes */
  constructor(command: RedisCommand, replyEncoding: 'utf8' | null = 'utf8') {
    super(command[0], [], { replyEncoding });
    this.encoded = encodeCommand(command);
  }

  override toWritable(): Buffer {
    return this.encoded;
  }

  /** To be called once the server has answered. */
  recycle(): void {
    recycleCommand(this.encoded);
  }
}
