import { Socket } from 'node:net';
import { Redis } from 'ioredis';

/** The reads that the library writes to the socket itself. ioredis writes the names of commands in lower case. */
const PAST_IOREDIS = /^\*\d+\r\n\$10\r\nXREADGROUP\r\n/;

/**
 * Counts the commands that this process sends to Redis. All contestants send them by ioredis, except for the library's reads. The count of
 * the server cannot be used, because it includes the commands inside of scripts and transactions.
 *
 * @returns a function that returns the number of commands so far
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
