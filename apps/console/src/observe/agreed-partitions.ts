import { createOperator, type RedisTarget } from 'nestjs-event-streams';

/** How long to wait for Redis, in milliseconds: a console can start without Redis, too. */
const PATIENCE_MS = 2000;

/** How many partitions the streams of a prefix have; 1 if that is not recorded, or Redis is unavailable. */
export async function agreedPartitions(redis: RedisTarget, prefix: string): Promise<number> {
  try {
    const operator = createOperator({ redis, prefix, source: 'console', startTimeoutMs: PATIENCE_MS });
    await operator.start();
    const { count } = operator.partitions;
    await operator.stop();
    return count;
  } catch {
    // The application reports the error when it connects.
    return 1;
  }
}
