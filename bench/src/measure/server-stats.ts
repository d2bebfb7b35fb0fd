import { connectRedis, parseRedisAddress } from '@shop/tools';
import { now } from '../process/clock.js';

const DEADLINE_MS = 30_000;

/** The work of a server so far. */
export interface ServerStats {
  /** The time of the reading, on the machine's clock, in milliseconds. */
  readonly at: number;
  /** CPU time of all its threads. */
  readonly cpuUs: number;
  /** Bytes received over the network. */
  readonly bytesIn: number;
  /** Bytes sent, without the replies to these readings. */
  readonly bytesOut: number;
  /** Memory of its data and buffers, in bytes. */
  readonly memory: number;
  /** Calls of commands that no script can contain; see `checkCommands`. */
  readonly scriptsAndReads: number;
}

/** Reads the statistics of a server. The connection stays open, so that opening it is not counted. */
export interface ServerMonitor {
  stats(): Promise<ServerStats>;
  close(): void;
}

/** Commands that only clients send, and that cannot be part of a script. */
const OUTERMOST = /^cmdstat_(eval|evalsha|fcall|xread|xreadgroup|blpop|brpop|bzpopmin|bzpopmax):calls=(\d+)/gm;

export async function monitorServer(url: string): Promise<ServerMonitor> {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  let ownBytes = 0;
  return {
    close: () => { connection.close(); }, // prettier-ignore
    async stats() {
      const info = String(await connection.call('INFO', 'everything'));
      const number = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
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
