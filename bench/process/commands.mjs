import { Socket } from 'node:net';
import { Redis } from 'ioredis';

/** What the library writes past ioredis, which itself writes names of commands in lower case. */
const PAST_IOREDIS = /^\*\d+\r\n\$10\r\nXREADGROUP\r\n/;

/**
 * Counts what this process sends to Redis, as all contestants send by ioredis, but for the library's reads. The server
 * cannot say it: it counts the commands inside of scripts and transactions among the others.
 * @returns {Promise<() => number>} how many so far
 */
export async function countCommands() {
  let count = 0;
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function (/** @type {Parameters<typeof sendCommand>} */ ...args) {
    count += 1;
    return sendCommand.apply(this, args);
  };
  const { write } = Socket.prototype;
  Socket.prototype.write = function (/** @type {any[]} */ ...args) {
    if (Buffer.isBuffer(args[0]) && PAST_IOREDIS.test(args[0].toString('latin1', 0, 40))) count += 1;
    return Reflect.apply(write, this, args);
  };
  return () => count;
}
