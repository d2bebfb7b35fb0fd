import type { Redis } from 'ioredis';
import type { ReplyParser } from './connection.js';

/** Versions of ioredis, by major and minor, with which {@link RawReplies} was tested. Another one may read its connections otherwise. */
const TESTED = ['6.0'];

/**
 * Why replies must not be taken from a connection. ioredis has no interface for that: it has to read the connection by listeners of
 * `data` and in no other way, or it would get the bytes of our replies, too, and count them as its own.
 *
 * @param version of ioredis; undefined where it does not tell
 * @returns undefined where they may be taken
 */
export function whyNotTaken(stream: Redis['stream'], version: string | undefined): string | undefined {
  if (!TESTED.some((tested) => version?.startsWith(`${tested}.`))) {
    return `expected ioredis ${TESTED.join(' or ')}, with which this was tested, got ${version ?? 'an unknown version'}`;
  }
  if (stream.listenerCount('data') > 0 && stream.listenerCount('readable') === 0) return undefined;
  return 'expected that ioredis reads a connection by listeners of "data" alone';
}

interface Expected {
  receive: (chunk: Buffer) => void;
}

/**
 * Sends commands past ioredis on one of its connections, and takes their replies before ioredis' parser sees them:
 * docs/internals/performance.md#its-parser-takes-most-of-a-read. To connect, to sign in and to find the master stay ioredis'
 * work. Nothing else may use the connection meanwhile.
 */
export class RawReplies {
  private expected: Expected | undefined;
  private readonly listeners: ((chunk: Buffer) => void)[];

  /** @param stream of a connection that is ready */
  constructor(private readonly stream: Redis['stream']) {
    this.listeners = stream.listeners('data') as ((chunk: Buffer) => void)[];
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => {
      if (this.expected) this.expected.receive(chunk);
      else for (const listener of this.listeners) listener(chunk);
    });
  }

  /** One command at a time. @param command in the protocol's own form */
  send<T>(command: Buffer, parser: ReplyParser<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.expected = {
        receive: (chunk) => {
          try {
            const reply = parser.push(chunk);
            if (reply === undefined) return;
            this.expected = undefined;
            resolve(reply);
          } catch (thrown) {
            const error = thrown as Error;
            this.expected = undefined;
            reject(error);
            // After a reply that makes no sense, nothing on this connection does.
            if (error.name !== 'ReplyError') this.end();
          }
        },
      };
      this.stream.write(command);
    });
  }

  /** Ends the connection: what still comes on it would be taken for the next reply. */
  end(): void {
    this.stream.destroy();
  }
}
