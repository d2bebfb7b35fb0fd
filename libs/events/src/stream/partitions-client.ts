import type { RedisConnection } from '../connection/redis-connection.js';
import { runScript, type ScriptName } from './scripts.js';

/** What the workers of a group agree on partitions with. */
export class PartitionsClient {
  constructor(readonly connection: RedisConnection) {}

  /** Takes a partition, or renews it. @returns the epoch of the ownership; undefined when another worker owns it */
  async acquire(lease: string, worker: string, leaseMs: number): Promise<number | undefined> {
    const epoch = (await this.script('acquire-lease', [lease], [worker, leaseMs])) as number;
    return epoch === 0 ? undefined : epoch;
  }

  /**
   * Tells the others that this worker is alive for `aliveMs` and what it owns; 0 takes it off.
   *
   * @returns what each live worker owns, by name
   */
  async heartbeat(
    workers: string,
    worker: string,
    aliveMs: number,
    partitions: readonly number[],
  ): Promise<Map<string, number[]>> {
    const reply = (await this.script('heartbeat', [workers], [worker, aliveMs, partitions.join(',')])) as string[];
    const alive = new Map<string, number[]>();
    for (let index = 0; index < reply.length; index += 2) {
      const numbers = (reply[index + 1] ?? '').split(',').filter((text) => text !== '');
      alive.set(reply[index] ?? '', numbers.map(Number));
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
