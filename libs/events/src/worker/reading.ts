/** How a worker gets its entries: all workers of the group from the same streams, or each from partitions of its own. */
export interface Reading {
  /** How long ago the reading loop last went round, in milliseconds. */
  readonly idleMs: number;
  /** The numbers of the partitions that it reads at present. */
  readonly partitions: readonly number[];
  /** Takes the worker's place in the group; reads nothing. @throws RedisUnavailableError when Redis is not there */
  join(): Promise<void>;
  /** Reads until the worker stops. Never throws. */
  begin(): void;
  /** Sees through what was read, within about `consumer.drainMs`, hands back the rest, and leaves. The worker's stopping has begun. */
  stop(): Promise<void>;
}
