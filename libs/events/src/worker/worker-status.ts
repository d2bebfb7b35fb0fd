/** What a worker tells of itself. */
export interface WorkerStatus {
  /** Its consumer group. */
  readonly group: string;
  /** The streams' names, without prefix, that it reads. */
  readonly streams: readonly string[];
  /** The numbers of the partitions that it reads now; without partitions all workers read partition 0. */
  readonly partitions: readonly number[];
  /** How long ago the reading loop began its last round, in milliseconds. This is liveness; an answered ping is not. */
  readonly idleMs: number;
  /** What fails now (reading, settling or taking over), since when and why, in words; undefined while nothing does. */
  readonly trouble: string | undefined;
  /** Why it is unhealthy, in words: a handler runs on for more than `consumer.overrunMs` after its time limit. Else undefined. */
  readonly stuck: string | undefined;
  /** How many entries are in flight: read and not settled. They wait, run, or are in a retry pause. */
  readonly inFlight: number;
  /** How many entries are deferred: they are this worker's, and wait in Redis for room. */
  readonly deferred: number;
}
