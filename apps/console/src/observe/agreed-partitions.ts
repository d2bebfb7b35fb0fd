import { Keyspace, RedisConnection, type RedisTarget } from 'nestjs-event-streams';

/** A console starts while Redis is away, too, and not much later. */
const PATIENCE_MS = 2000;

/** Into how many partitions the applications of a prefix have divided its streams; 1 where nobody says, or Redis is away. */
export async function agreedPartitions(redis: RedisTarget, prefix: string): Promise<number> {
  const connection = new RedisConnection(redis, { name: 'console', timeoutMs: PATIENCE_MS });
  try {
    const agreed = await connection.command('GET', new Keyspace(prefix, 'console').partitionCount());
    const count = Number(agreed);
    return Number.isSafeInteger(count) && count > 1 ? count : 1;
  } catch {
    // Whatever it is, the application says it when it connects.
    return 1;
  } finally {
    connection.close();
  }
}
