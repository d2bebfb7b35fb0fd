import type { Redis } from 'ioredis';
import type { CommandInGroup, Link } from './connection.js';
import type { RedisCommand } from './encode-command.js';
import { EncodedCommand } from './encoded-command.js';
import type { Reply } from './reply.js';

/** Sends commands by an ioredis client that is connected. */
export class IoredisLink implements Link {
  constructor(private readonly client: Redis) {}

  get session(): object {
    return this.client.stream;
  }

  async send(command: RedisCommand): Promise<Reply> {
    const encoded = new EncodedCommand(command);
    const reply = (await this.client.sendCommand(encoded)) as Reply;
    encoded.recycle();
    return reply;
  }

  async sendForBytes(command: RedisCommand): Promise<Reply<Buffer>> {
    const encoded = new EncodedCommand(command, null);
    const reply = (await this.client.sendCommand(encoded)) as Reply<Buffer>;
    encoded.recycle();
    return reply;
  }

  sendTogether(commands: readonly CommandInGroup[]): Promise<Reply<string | Buffer>[]> {
    const { stream } = this.client;
    stream.cork();
    try {
      return Promise.all(
        commands.map(({ command, isOfBytes }) =>
          (isOfBytes === true ? this.sendForBytes(command) : this.send(command)).catch(refusalIn),
        ),
      );
    } finally {
      stream.uncork();
    }
  }
}

/** What Redis refuses; all else is the connection's failure. */
function refusalIn(error: unknown): Error {
  if (error instanceof Error && error.name === 'ReplyError') return error;
  throw error;
}
