import { ConfigurationError } from '../model/errors/configuration.js';
import { isForbidden, isOutage, RedisUnavailableError } from '../model/errors/redis.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { ResolvedOptions } from '../options/options.js';
import { SafeLogger } from '../log/safe-logger.js';
import { isA } from '../model/thrown.js';
import type { Agreed, AgreementClient } from '../stream/clients/agreement-client.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import { checkLayout, LAYOUT_VERSION } from '../stream/clients/layout-version.js';
import type { Partitions } from '../stream/keys/partitions.js';

/** An application without partitions starts when Redis is away, too, and not much later. */
const PATIENCE_MS = 1000;

/**
 * Sees to it at the start that all applications of a prefix agree. They have the same layout of what is in Redis: data of another
 * one would be read wrongly. And they divide the streams alike: two that did not would put the events of a key into different
 * partitions, and never read some of them.
 */
export class Agreement {
  private readonly logger = new SafeLogger(Agreement.name);
  private reached: Promise<void> | undefined;
  private isChecked = false;
  private checking: Promise<void> | undefined;
  private notingAgain: Promise<void> | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: AgreementClient,
    private readonly keyspace: Keyspace,
    private readonly partitions: Partitions,
    private readonly observer: EventsObserver,
  ) {}

  /**
   * For every application, whether it consumes or not: one that only looks may have no right to write.
   *
   * @throws LayoutVersionError when another version of this library has written what is in Redis
   * @throws ConfigurationError when others of this prefix have another number of partitions, or this Redis cannot carry them
   */
  async check(): Promise<void> {
    // Where there is one partition and nothing is consumed, nothing is left in Redis before the first event.
    if (this.partitions.count > 1) return this.reach();
    await this.look();
  }

  /**
   * For a producer, before it writes for the first time: one without partitions starts while Redis is away, and nothing was checked then.
   *
   * @returns undefined where it was checked
   * @throws as {@link check}; RedisUnavailableError, and what Redis says while it does not serve
   */
  beforeFirstWrite(): Promise<void> | undefined {
    if (this.isChecked) return undefined;
    return (this.checking ??= this.lookUntilAnswered().finally(() => {
      this.checking = undefined;
    }));
  }

  private async lookUntilAnswered(): Promise<void> {
    const unanswered = await this.look(true);
    if (unanswered) throw unanswered;
  }

  /** @returns why Redis did not answer; undefined where it did, or this application has no right to ask */
  private async look(needsRedis = false): Promise<Error | undefined> {
    let unanswered: Error | undefined;
    const note = (error: Error): void => {
      if (!isForbidden(error)) unanswered = error;
    };
    await this.refuseCluster(needsRedis, note);
    this.compare(await this.ask((timeoutMs) => this.client.read(this.keyspace, timeoutMs), needsRedis, note));
    this.isChecked = !unanswered;
    return unanswered;
  }

  /**
   * For an application that consumes: as {@link check}, and notes what nobody has noted yet.
   *
   * @throws RedisUnavailableError when Redis is not there
   */
  reach(): Promise<void> {
    return (this.reached ??= this.agree());
  }

  private async agree(): Promise<void> {
    // First: of a cluster the node that has these keys may be another one.
    await this.refuseCluster();
    const agreed = await this.ask((timeoutMs) => this.client.read(this.keyspace, timeoutMs), true);
    this.compare(agreed);
    if (agreed?.layout == null || agreed.partitions === null) {
      this.compare(await this.ask((timeoutMs) => this.client.note(this.keyspace, this.own, timeoutMs), true));
    }
    this.isChecked = true;
    this.observer.subscribe(() => {
      this.notingAgain ??= this.noteAgain();
    }, ['group-recreated']);
  }

  private get own(): { layout: string; partitions: string } {
    return { layout: String(LAYOUT_VERSION), partitions: String(this.options.partitions) };
  }

  /** After FLUSHALL nothing is noted any more, and a version with another layout would start on what is written from now on. */
  private async noteAgain(): Promise<void> {
    try {
      this.compare(await this.client.note(this.keyspace, this.own));
    } catch (error) {
      const { prefix } = this.options;
      this.logger.error(
        `Could not note again what the applications of ${prefix} agree on: ${(error as Error).message}`,
      );
    } finally {
      this.notingAgain = undefined;
    }
  }

  /** @throws ConfigurationError for a cluster that cannot carry what this application does */
  private async refuseCluster(needsRedis = false, onUnanswered?: (error: Error) => void): Promise<void> {
    const nodes = await this.ask((timeoutMs) => this.client.clusterSize(timeoutMs), needsRedis, onUnanswered);
    this.partitions.isCluster = nodes !== null && nodes > 0;
    if (!this.partitions.isCluster) return;
    if (this.partitions.count === 1) {
      throw new ConfigurationError(
        `${this.options.caller}: expected partitions as 2 or more, since this Redis is a cluster, where a script stays in one slot, got 1`,
      );
    }
    if (nodes !== null && nodes > 1) {
      throw new ConfigurationError(
        `${this.options.caller}: expected redis as one server that has all slots, got one of ${String(nodes)} nodes of a cluster, ` +
          'which is not supported yet',
      );
    }
    if (this.options.sharedState) {
      throw new ConfigurationError(
        `${this.options.caller}: expected sharedState as false, since this Redis is a cluster, where a transaction stays in one ` +
          'partition, got true',
      );
    }
  }

  /**
   * @param needsRedis whether nothing goes on without Redis, partitions or not
   * @param onUnanswered told why there is no answer
   * @returns the answer; null where an application without partitions cannot ask
   */
  private async ask<T>(
    question: (timeoutMs: number) => Promise<T>,
    needsRedis = false,
    onUnanswered?: (error: Error) => void,
  ): Promise<T | null> {
    const { partitions: count, commandTimeoutMs } = this.options;
    const isPatient = needsRedis || count > 1;
    try {
      return await question(isPatient ? commandTimeoutMs : Math.min(PATIENCE_MS, commandTimeoutMs));
    } catch (error) {
      // It starts as it always did: also when Redis is away, and without rights to these keys.
      if (count > 1 || !isOutage(error) || (needsRedis && isA(error, RedisUnavailableError))) throw error;
      onUnanswered?.(error as Error);
      this.logger.debug(`Could not ask what applications agree on: ${(error as Error).message}`);
      return null;
    }
  }

  private compare(agreed: Agreed | null): void {
    if (!agreed) return;
    checkLayout(this.keyspace, agreed);
    const { caller, prefix, partitions: count } = this.options;
    if (agreed.partitions === null || agreed.partitions === String(count)) return;
    throw new ConfigurationError(
      `${caller}: expected partitions as ${agreed.partitions}, which the streams of ${prefix} were begun with (key ` +
        `${this.keyspace.partitionCount()}), got ${String(count)}. Set it to ${agreed.partitions} here. To change it, stop all ` +
        `applications of ${prefix}, and begin with another prefix, or with empty streams and without that key`,
    );
  }
}
