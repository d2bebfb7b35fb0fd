import { Socket } from 'node:net';
import { Redis } from 'ioredis';

/** What the library writes past ioredis, which itself writes names of commands in lower case. */
const PAST_IOREDIS = /^\*\d+\r\n\$10\r\nXREADGROUP\r\n/;

/**
 * Counts what this process sends to Redis: all contestants send by ioredis, but for the library's reads. The server
 * cannot say it, since it also counts the commands inside of scripts and transactions.
 *
 * @returns how many commands so far
 */
export function countCommands(): () => number {
  let count = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function (...args) {
    count += 1;
    return sendCommand.apply(this, args);
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its socket
  const { write } = Socket.prototype;
  Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
    if (Buffer.isBuffer(args[0]) && PAST_IOREDIS.test(args[0].toString('latin1', 0, 40))) count += 1;
    return Reflect.apply(write, this, args) as boolean;
  };
  return () => count;
}
