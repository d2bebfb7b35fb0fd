import { isOutage } from '../model/errors/redis.js';
import { LineLimit } from '../log/line-limit.js';
import type { ResolvedOptions } from '../options/options.js';
import type { EventsObserver } from '../observe/events-observer.js';
import { Stopping } from '../concurrency/stopping.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import { trimStream } from './trim-stream.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import { DeadLetterPace } from './dead-letter-pace.js';

/** After how long what was written is trimmed: once for all that was written meanwhile. */
const TRIMMED_AFTER_MS = 2000;
/** How often dead letters are looked through for those that are too old. */
const AGED_EVERY_MS = 60_000;
/** Lines about one stream in a period: a flood is said once. */
const LINES = 1;

/**
 * Keeps a flood of dead letters from filling Redis, by the options `deadLetters`: how fast this worker writes them, and how many of a
 * stream are kept for how long. Without dead letters it sends nothing to Redis.
 */
export class DeadLetterLimits {
  private readonly logger = new SafeLogger('DeadLetters');
  private readonly stopping = new Stopping();
  private readonly pace: DeadLetterPace | undefined;
  private readonly policy: RetentionPolicy;
  /** Keys of dead letters of which there may be too many. */
  private readonly due = new Set<string>();
  private trimming: Promise<void> | undefined;
  private aging: Promise<void> = Promise.resolve();
  private readonly delays = new LineLimit((streamKey, count) => {
    this.logger.warn(`${streamKey}: ${String(count)} more dead letters have waited for their turn`);
  }, LINES);
  private readonly trims = new LineLimit((key, count) => {
    this.logger.warn(`${key}: dead letters were removed ${String(count)} times more`);
  }, LINES);
  private readonly failures = new LineLimit((key, count) => {
    this.logger.error(`${key} could not be trimmed ${String(count)} times more`);
  }, LINES);

  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: StreamClient,
    private readonly monitor: MonitorClient,
    private readonly partitions: Partitions,
    private readonly observer: EventsObserver,
  ) {
    const { maxPerSecond, maxLength, maxAgeMs } = options.deadLetters;
    this.pace = maxPerSecond === 0 ? undefined : new DeadLetterPace(maxPerSecond);
    this.policy = { ...(maxLength === 0 ? {} : { maxLength }), ...(maxAgeMs === 0 ? {} : { maxAgeMs }) };
  }

  /** How large a dead letter may be, in bytes. */
  get maxBytes(): number {
    return this.options.deadLetters.maxBytes;
  }

  /** The worker reads these streams, named without prefix: their dead letters that are too old are removed from now on. */
  begin(streamNames: readonly string[]): void {
    if (this.policy.maxAgeMs !== undefined) this.aging = this.age(streamNames);
  }

  async stop(): Promise<void> {
    this.stopping.giveUp();
    await Promise.all([this.trimming, this.aging]);
    for (const lines of [this.delays, this.trims, this.failures]) lines.flush();
  }

  /**
   * A dead letter is to be written.
   *
   * @param stopping of the worker: when it stops, it writes all that it holds at once
   * @returns undefined if it may be written at once; else a promise that resolves when it is its turn
   */
  turn(about: { stream: string; group: string }, stopping: Stopping): Promise<void> | undefined {
    if (!this.pace || stopping.isStopping) return undefined;
    const delayMs = this.pace.next(performance.now());
    if (delayMs === 0) return undefined;
    const { stream: streamKey, group } = about;
    this.observer.emit({ kind: 'dead-letter-delayed', stream: streamKey, group, delayMs });
    if (this.delays.admits(streamKey)) {
      this.logger.warn(
        `${streamKey}: more than ${String(this.options.deadLetters.maxPerSecond)} events in a second are to be dead letters of ` +
          `${group} (deadLetters.maxPerSecond). They wait, and this worker reads less meanwhile`,
      );
    }
    return stopping.orAfter(delayMs);
  }

  /** A dead letter was written. @param streamName without prefix */
  wrote(keyspace: Keyspace, streamName: string): void {
    this.isDue(keyspace, streamName);
    if (this.due.size > 0 && !this.stopping.isStopping) this.trimming ??= this.trimDue();
  }

  private isDue(keyspace: Keyspace, streamName: string): void {
    const { maxLength, maxAgeMs } = this.policy;
    // A policy in the option `retention` for these dead letters takes precedence.
    if ((maxLength ?? maxAgeMs) === undefined || Object.hasOwn(this.options.retention, `${streamName}:dead-letters`))
      return;
    this.due.add(keyspace.deadLetters(streamName));
  }

  private async trimDue(): Promise<void> {
    while (this.due.size > 0) {
      await this.stopping.orAfter(TRIMMED_AFTER_MS);
      if (this.stopping.isStopping) break;
      for (const key of [...this.due]) await this.trim(key);
    }
    this.trimming = undefined;
  }

  private async trim(key: string): Promise<void> {
    const { client, monitor, observer, policy, stopping } = this;
    this.due.delete(key);
    try {
      const report = await trimStream(key, policy, { client, monitor, isStopping: () => stopping.isStopping });
      if (!report || report.trimmed === 0) return;
      observer.emit({ kind: 'trimmed', stream: key, count: report.trimmed, dropped: report.dropped });
      if (!this.trims.admits(key)) return;
      this.logger.warn(
        `${key}: the oldest ${String(report.trimmed)} dead letters were removed, ${String(report.length)} are left ` +
          '(deadLetters.maxLength and maxAgeMs). Nobody can replay them any more',
      );
    } catch (error) {
      // The connection reports an outage.
      if (isOutage(error)) this.due.add(key);
      else if (this.failures.admits(key)) this.logger.error(`Trimming ${key} failed: ${(error as Error).message}`);
    }
  }

  private async age(streamNames: readonly string[]): Promise<void> {
    while (!this.stopping.isStopping) {
      for (const keyspace of this.partitions.all)
        for (const streamName of streamNames) this.wrote(keyspace, streamName);
      await this.stopping.orAfter(AGED_EVERY_MS);
    }
  }
}
