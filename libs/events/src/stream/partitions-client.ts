import type { RedisConnection } from '../connection/redis-connection.js';
import { runScript } from './scripts.js';
import type { ScriptName } from './script-commands.js';

/** What a worker tells the others. */
export interface Heartbeat {
  /** The numbers of its partitions. */
  owned: readonly number[];
  /** Partitions that hold something that it does not handle, and another worker may. */
  unfit: readonly number[];
}

/** What the workers of a group agree on partitions with. */
export class PartitionsClient {
  constructor(readonly connection: RedisConnection) {}

  /** Takes a partition, or renews it. @returns the epoch of the ownership; undefined when another worker owns it */
  async acquire(lease: string, worker: string, leaseMs: number): Promise<number | undefined> {
    const epoch = (await this.script('acquire-lease', [lease], [worker, leaseMs])) as number;
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
    const reply = (await this.script('heartbeat', [workers], [worker, aliveMs, told])) as string[];
    const alive = new Map<string, Heartbeat>();
    for (let index = 0; index < reply.length; index += 2) {
      const [owned = '', unfit = ''] = (reply[index + 1] ?? '').split(' ');
      alive.set(reply[index] ?? '', { owned: numbersIn(owned), unfit: numbersIn(unfit) });
    }
    return alive;
  }

  /**
   * Waits up to `blockMs` for entries behind the given ids. They are given to nobody; it is over a connection that is
   * used for nothing else.
   *
   * @param after the last known entry id of each stream, by its key
   * @returns the keys of the streams that have some
   */
  async waitForNews(after: ReadonlyMap<string, string>, blockMs: number, timeoutMs: number): Promise<string[]> {
    const command = ['COUNT', 1, 'BLOCK', blockMs, 'STREAMS', ...after.keys(), ...after.values()];
    const reply = (await this.connection.call((redis) => redis.call('XREAD', ...command), blockMs + timeoutMs)) as
      [string, unknown][] | null;
    return (reply ?? []).map(([key]) => key);
  }

  private script(name: ScriptName, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.connection.call((redis) => runScript(redis, name, keys, values));
  }
}

function numbersIn(list: string): number[] {
  return list
    .split(',')
    .filter((text) => text !== '')
    .map(Number);
}
