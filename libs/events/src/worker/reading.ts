/** How a worker gets its entries: from streams that all workers of the group read, or from partitions of its own. */
export interface Reading {
  /** How long ago the reading loop began its last round, in milliseconds. */
  readonly idleMs: number;
  /** The numbers of the partitions that it reads now. */
  readonly partitions: readonly number[];
  /** Takes the worker's place in the group; reads nothing. @throws RedisUnavailableError when Redis is not there */
  join(): Promise<void>;
  /** Reads until the worker stops. Never throws. */
  begin(): void;
  /** Settles what was read within about `consumer.drainMs`, hands back the rest, and leaves the group. The worker's stopping has begun. */
  stop(): Promise<void>;
}
