import type { Connection } from '../../connection/connection.js';
import { asList, asNumber, asText, asTexts } from '../../connection/reply.js';
import { pairs } from '../entries/pairs.js';
import { runScript } from '../scripts/scripts.js';
import type { ScriptName } from '../scripts/script-commands.js';

/** What a worker tells the others. */
export interface Heartbeat {
  /** The numbers of its partitions. */
  owned: readonly number[];
  /** Partitions that hold something that it does not handle, and another worker may. */
  unfit: readonly number[];
}

/** What the workers of a group agree on partitions with. */
export class PartitionsClient {
  constructor(readonly connection: Connection) {}

  /** Takes a partition, or renews it. @returns the epoch of the ownership; undefined when another worker owns it */
  async acquire(lease: string, worker: string, leaseMs: number): Promise<number | undefined> {
    const epoch = asNumber(await this.script('acquire-lease', [lease], [worker, leaseMs]), 'acquire-lease');
    return epoch === 0 ? undefined : epoch;
  }

  /**
   * Tells the others that this worker is alive for `aliveMs`, what it owns, and of which partitions it does not handle everything; 0
   * takes it off.
   *
   * @returns the same of each live worker, by name
   */
  async heartbeat(
    workers: string,
    worker: string,
    aliveMs: number,
    { owned, unfit }: Heartbeat,
  ): Promise<Map<string, Heartbeat>> {
    const told = `${owned.join(',')}${unfit.length === 0 ? '' : ` ${unfit.join(',')}`}`;
    const reply = asTexts(await this.script('heartbeat', [workers], [worker, aliveMs, told]), 'heartbeat');
    return new Map(
      pairs(reply).map(([name, beat]) => {
        const [owned = '', unfit = ''] = beat.split(' ');
        return [name, { owned: numbersIn(owned), unfit: numbersIn(unfit) }];
      }),
    );
  }

  /**
   * Waits up to `blockMs` for entries behind the given ids. They are given to nobody; it is over a connection that is
   * used for nothing else.
   *
   * @param after the last known entry id of each stream, by its key
   * @returns the keys of the streams that have some
   */
  async waitForNews(after: ReadonlyMap<string, string>, blockMs: number, timeoutMs: number): Promise<string[]> {
    const reply = await this.connection.call(
      (link) => link.send(['XREAD', 'COUNT', 1, 'BLOCK', blockMs, 'STREAMS', ...after.keys(), ...after.values()]),
      blockMs + timeoutMs,
    );
    return reply === null ? [] : asList(reply, 'XREAD').map((row) => asText(asList(row, 'XREAD')[0], 'XREAD'));
  }

  private script(name: ScriptName, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.connection.call((link) => runScript(link, name, keys, values));
  }
}

function numbersIn(list: string): number[] {
  return list
    .split(',')
    .filter((text) => text !== '')
    .map(Number);
}
