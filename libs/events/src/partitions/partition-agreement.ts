import { ConfigurationError } from '../model/errors/configuration.js';
import { isOutage } from '../model/errors/redis.js';
import type { ResolvedOptions } from '../options/options.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { Keyspace } from '../stream/keyspace.js';
import type { Partitions } from '../stream/partitions.js';
import type { PartitionsClient } from '../stream/partitions-client.js';

/** An application without partitions starts when Redis is away, too, and not much later. */
const PATIENCE_MS = 1000;

/**
 * Sees to it at the start that all applications of a prefix divide its streams alike: two that did not would put the
 * events of a key into different partitions, and never read some of them.
 */
export class PartitionAgreement {
  private readonly logger = new SafeLogger(PartitionAgreement.name);
  private reached: Promise<void> | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: PartitionsClient,
    private readonly keyspace: Keyspace,
    private readonly partitions: Partitions,
  ) {}

  /**
   * For every application, whether it consumes or not.
   *
   * @throws ConfigurationError when others of this prefix have another number of partitions, or this Redis cannot carry them
   */
  async check(): Promise<void> {
    // Where there is one partition and nothing is consumed, nothing is left in Redis before the first event.
    if (this.partitions.count > 1) return this.reach();
    await this.refuseCluster();
    this.compare(await this.ask((patienceMs) => this.client.agreed(this.key, patienceMs)));
  }

  /** For an application that consumes: as {@link check}, and notes the number where nobody has yet. */
  reach(): Promise<void> {
    return (this.reached ??= this.agree());
  }

  private get key(): string {
    return this.keyspace.partitionCount();
  }

  private async agree(): Promise<void> {
    const { partitions: count } = this.options;
    // First: of a cluster the node that has this key may be another one.
    await this.refuseCluster();
    this.compare(await this.ask((patienceMs) => this.client.agree(this.key, String(count), patienceMs)));
  }

  /** @throws ConfigurationError for a cluster that cannot carry what this application does */
  private async refuseCluster(): Promise<void> {
    const nodes = await this.ask((patienceMs) => this.client.clusterSize(patienceMs));
    this.partitions.isCluster = nodes !== null && nodes > 0;
    if (!this.partitions.isCluster) return;
    if (this.partitions.count === 1) {
      throw new ConfigurationError(
        'EventsModule: expected partitions as 2 or more, since this Redis is a cluster, where a script stays in one slot, got 1',
      );
    }
    if (nodes !== null && nodes > 1) {
      throw new ConfigurationError(
        `EventsModule: expected redis as one server that has all slots, got one of ${String(nodes)} nodes of a cluster, ` +
          'which is not supported yet',
      );
    }
    if (this.options.sharedState) {
      throw new ConfigurationError(
        'EventsModule: expected sharedState as false, since this Redis is a cluster, where a transaction stays in one ' +
          'partition, got true',
      );
    }
  }

  /** @returns the answer; null where there is none, or an undivided application cannot ask */
  private async ask<T>(question: (patienceMs: number) => Promise<T | null>): Promise<T | null> {
    const { partitions: count, commandTimeoutMs } = this.options;
    try {
      return await question(count === 1 ? Math.min(PATIENCE_MS, commandTimeoutMs) : commandTimeoutMs);
    } catch (error) {
      // It starts as it always did: also when Redis is away, and without rights to this key.
      if (count > 1 || !isOutage(error)) throw error;
      this.logger.debug(`Could not ask how streams are divided: ${(error as Error).message}`);
      return null;
    }
  }

  private compare(agreed: string | null): void {
    const { prefix, partitions: count } = this.options;
    if (agreed === null || agreed === String(count)) return;
    throw new ConfigurationError(
      `EventsModule: expected partitions as ${agreed}, which the streams of ${prefix} were begun with (key ${this.key}), got ` +
        `${String(count)}. Set it to ${agreed} here. To change it, stop all applications of ${prefix}, and begin with ` +
        'another prefix, or with empty streams and without that key',
    );
  }
}
