import { createOperator, type RedisTarget } from 'nestjs-event-streams';

/** A console starts while Redis is away, too, and not much later. */
const PATIENCE_MS = 2000;

/** Into how many partitions the applications of a prefix have divided its streams; 1 where nobody says, or Redis is away. */
export async function agreedPartitions(redis: RedisTarget, prefix: string): Promise<number> {
  try {
    const operator = createOperator({ redis, prefix, source: 'console', startTimeoutMs: PATIENCE_MS });
    await operator.start();
    const { count } = operator.partitions;
    await operator.stop();
    return count;
  } catch {
    // Whatever it is, the application says it when it connects.
    return 1;
  }
}
