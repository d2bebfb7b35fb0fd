import { connectRedis, parseRedisAddress } from '@shop/tools';
import { now } from '../process/clock.mjs';

const DEADLINE_MS = 30_000;

/**
 * What a server has spent so far.
 * @typedef {object} ServerStats
 * @property {number} at when, on the machine's clock, in milliseconds
 * @property {number} cpuUs of all its threads
 * @property {number} bytesIn what it got over the network
 * @property {number} bytesOut what it sent, this look left out
 * @property {number} memory in bytes, of its data and buffers
 * @property {number} scriptsAndReads how often it was called by commands that no script can contain, see `checkCommands`
 */

/** Commands that come from a client alone, never from inside of a script. */
const OUTERMOST = /^cmdstat_(eval|evalsha|fcall|xread|xreadgroup|blpop|brpop|bzpopmin|bzpopmax):calls=(\d+)/gm;

/**
 * Asks a server; the connection stays open in between, so that opening it is not counted.
 * @param {string} url
 */
export async function watchServer(url) {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  let ownBytes = 0;
  return {
    close: connection.close,
    /** @returns {Promise<ServerStats>} */
    async look() {
      const info = String(await connection.call('INFO', 'everything'));
      const number = (/** @type {string} */ name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
      const stats = {
        at: now(),
        cpuUs: 1e6 * (number('used_cpu_user') + number('used_cpu_sys')),
        bytesIn: number('total_net_input_bytes'),
        bytesOut: number('total_net_output_bytes') - ownBytes,
        memory: number('used_memory'),
        scriptsAndReads: [...info.matchAll(OUTERMOST)].reduce((sum, [, , calls]) => sum + Number(calls), 0),
      };
      ownBytes += info.length;
      return stats;
    },
  };
}
