import type { RedisConnection } from '../connection/redis-connection.js';

/** Reads of single keys. */
export class ReadClient {
  constructor(private readonly connection: RedisConnection) {}

  async exists(key: string): Promise<boolean> {
    return (await this.connection.call((redis) => redis.exists(key))) === 1;
  }

  /** Fields of a hash; null for one that is not there. */
  hashFields(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return this.connection.call((redis) => redis.hmget(key, ...fields));
  }

  /** A read for a transaction: any read command on one key. What the reply has of text comes as bytes. */
  bytes(command: string, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.connection.call((redis) => redis.callBuffer(command, key, ...args));
  }
}
