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

  /** Writes a value where none is. @returns what is there then */
  async agree(key: string, value: string, timeoutMs?: number): Promise<string> {
    const there = await this.agreed(key, timeoutMs);
    if (there !== null) return there;
    const before = await this.connection.call((redis) => redis.call('SET', key, value, 'NX', 'GET'), timeoutMs);
    return (before as string | null) ?? value;
  }

  /** What {@link agree} has written; null where nobody has. */
  agreed(key: string, timeoutMs?: number): Promise<string | null> {
    return this.connection.call((redis) => redis.get(key), timeoutMs);
  }

  /** How many nodes with slots the cluster has that this Redis is one of; 0 when it is of none. */
  async clusterSize(timeoutMs?: number): Promise<number> {
    const info = await this.connection.call((redis) => redis.info('cluster'), timeoutMs);
    if (!info.includes('cluster_enabled:1')) return 0;
    const about = await this.connection.call((redis) => redis.cluster('INFO'), timeoutMs);
    return Math.max(1, Number(/^cluster_size:(\d+)/m.exec(about)?.[1] ?? 1));
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
