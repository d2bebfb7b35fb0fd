import { connectRedis, parseRedisAddress } from '@shop/tools';
import { now } from '../process/clock.js';

const DEADLINE_MS = 30_000;

/** What a server has spent so far. */
export interface ServerStats {
  /** When, on the machine's clock, in milliseconds. */
  readonly at: number;
  /** Of all its threads. */
  readonly cpuUs: number;
  /** What it received over the network. */
  readonly bytesIn: number;
  /** What it sent, without its answers to these looks. */
  readonly bytesOut: number;
  /** Bytes of its data and buffers. */
  readonly memory: number;
  /** Calls of commands that no script can contain; see `checkCommands`. */
  readonly scriptsAndReads: number;
}

/** Asks a server; the connection stays open in between, so that opening it is not counted. */
export interface ServerWatch {
  look(): Promise<ServerStats>;
  close(): void;
}

/** Commands that come from a client alone, never from inside of a script. */
const OUTERMOST = /^cmdstat_(eval|evalsha|fcall|xread|xreadgroup|blpop|brpop|bzpopmin|bzpopmax):calls=(\d+)/gm;

export async function watchServer(url: string): Promise<ServerWatch> {
  const connection = await connectRedis(parseRedisAddress(url), { deadlineMs: DEADLINE_MS });
  let ownBytes = 0;
  return {
    close: () => { connection.close(); }, // prettier-ignore
    async look() {
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
