import { Redis } from 'ioredis';

/**
 * Counts what this process sends to Redis, as all contestants send by ioredis. The server cannot say it: it counts the
 * commands inside of scripts and transactions among the others.
 * @returns {Promise<() => number>} how many so far
 */
export async function countCommands() {
  let count = 0;
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function (/** @type {Parameters<typeof sendCommand>} */ ...args) {
    count += 1;
    return sendCommand.apply(this, args);
  };
  return () => count;
}
