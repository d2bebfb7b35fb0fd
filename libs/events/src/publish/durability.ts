import { ConfigurationError } from '../model/errors/configuration.js';
import { NotReplicatedError } from '../model/errors/publishing.js';
import { isForbidden, isOutage } from '../model/errors/redis.js';
import { RedisConnection, type RedisConnectionOptions } from '../connection/redis-connection.js';
import type { ResolvedOptions } from '../options/options.js';
import type { StreamClient } from '../stream/clients/stream-client.js';

/** How long the server is asked to wait at once, in milliseconds. */
const MAX_WAIT_MS = 250;

/**
 * A connection for the producer alone: while it waits for replicas or a disk, nothing else is answered on it. Undefined if
 * `producer.acks` waits for nothing.
 */
export function ownConnectionOf(
  { redis, source, commandTimeoutMs, producer }: ResolvedOptions,
  how: Pick<RedisConnectionOptions, 'watch' | 'keepsProcess'>,
): RedisConnection | undefined {
  if (producer.acks === 'received') return undefined;
  return new RedisConnection(redis, {
    name: `${source}-producer`,
    timeoutMs: commandTimeoutMs,
    blockMs: MAX_WAIT_MS,
    ...how,
  });
}

/** Waits until appended events are as safe as `producer.acks` demands. */
export class Durability {
  /**
   * @param client of a connection that nothing else uses: Redis answers nothing else on it while it waits
   * @param caller what the options were given to, as errors name it
   */
  constructor(
    private readonly client: StreamClient,
    private readonly caller: string,
    private readonly options: ResolvedOptions['producer'],
  ) {}

  /** Whether a publish is complete as soon as Redis has appended its events. */
  get isImmediate(): boolean {
    return this.options.acks === 'received';
  }

  /**
   * Checks at the start that this Redis can do it: otherwise every publish would fail.
   *
   * @throws ConfigurationError when this Redis cannot do what `producer.acks` demands
   */
  async probe(): Promise<void> {
    if (this.options.acks !== 'fsynced') return;
    try {
      await this.client.connection.command('PING');
      await this.client.publishing.waitFor('fsynced', 0, 1);
    } catch (error) {
      if (isOutage(error)) throw error;
      const { message } = error as Error;
      const why = message.includes('unknown command')
        ? 'this one has no WAITAOF; Redis 7.2 or later and Valkey have it'
        : `it says: ${message}`;
      throw new ConfigurationError(`${this.caller}: producer.acks is "fsynced", which this Redis cannot do: ${why}`);
    }
  }

  /**
   * Resolves when what was written on the client's connection is safe.
   *
   * @param generation of the connection that it was written on
   * @param isWanted whether any caller still waits for it
   * @param note is told what is still missing
   * @throws RedisUnavailableError when there is another connection by now, which knows nothing of it: it must be sent again
   * @throws NotReplicatedError when Redis' user may not send WAIT or WAITAOF
   */
  async confirm(generation: number, isWanted: () => boolean, note: (missing: Error) => void): Promise<void> {
    const { acks, replicas } = this.options;
    if (acks === 'received') return;
    const wanted = `acks "${acks}" with ${String(replicas)} replicas`;
    while (isWanted()) {
      const safe = await this.client.publishing
        .waitFor(acks, replicas, MAX_WAIT_MS, generation)
        .catch((error: unknown) => {
          // The events are in the stream all the same.
          throw isForbidden(error) ? new NotReplicatedError(wanted, (error as Error).message) : error;
        });
      if (safe.isLocal && safe.replicas >= replicas) return;
      const got = `${String(safe.replicas)} replicas${safe.isLocal ? '' : ', and not on the disk of the master'}`;
      note(new NotReplicatedError(wanted, got));
    }
  }
}
