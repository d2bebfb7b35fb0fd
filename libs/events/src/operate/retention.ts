import { randomUUID } from 'node:crypto';
import { isOutage } from '../model/errors/redis.js';
import type { ResolvedOptions } from '../options/options.js';
import type { EventsObserver } from '../observe/events-observer.js';
import { Stopping } from '../concurrency/stopping.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import { warningOf, type RetentionPolicy } from '../model/retention-policy.js';
import { addTo, trimStream, type TrimReport } from './trim-stream.js';

/** How often the streams are looked at. */
const EVERY_MS = 5000;

/**
 * Trims streams by age and length in the background. An entry that a group has still to handle is never removed, unless the stream is
 * beyond its hard limit. Of all processes of one `source` with the same policy, one does it. Nest injects it, for `trim`.
 */
export class Retention {
  private readonly logger = new SafeLogger(Retention.name);
  private readonly stopping = new Stopping();
  private readonly warned = new Set<string>();
  private readonly id = randomUUID();
  private loop: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: StreamClient,
    private readonly monitor: MonitorClient,
    private readonly partitions: Partitions,
    private readonly observer: EventsObserver,
  ) {}

  /**
   * Trims in the background from now on, if there is a policy in the options.
   *
   * @internal
   */
  start(): void {
    if (Object.keys(this.options.retention).length > 0) this.loop = this.run();
  }

  /** @internal */
  async stop(): Promise<void> {
    this.stopping.giveUp();
    await this.loop;
  }

  /**
   * Trims a stream now; with partitions, each by the same limits.
   *
   * @param streamName without prefix
   * @param policy @default the stream's policy in the options
   */
  async trim(
    streamName: string,
    policy: RetentionPolicy | undefined = this.options.retention[streamName],
  ): Promise<TrimReport> {
    return sumOf(await this.trimEach(streamName, policy, false));
  }

  private async trimEach(
    streamName: string,
    policy: RetentionPolicy | undefined,
    isInBackground: boolean,
  ): Promise<TrimReport[]> {
    const reports: TrimReport[] = [];
    for (const keyspace of this.partitions.all) {
      const trimmer = isInBackground ? keyspace.trimmer(streamName, this.options.source) : undefined;
      const report = await this.trimOne(keyspace.stream(streamName), policy, trimmer);
      if (report) reports.push(report);
      if (this.stopping.isStopping) break;
    }
    return reports;
  }

  /**
   * @param trimmer where it is noted who trims the stream in the background
   * @returns undefined when another process does
   */
  private async trimOne(
    key: string,
    policy: RetentionPolicy | undefined,
    trimmer?: string,
  ): Promise<TrimReport | undefined> {
    const report = await trimStream(key, policy ?? {}, {
      client: this.client,
      monitor: this.monitor,
      isStopping: () => this.stopping.isStopping,
      trimmer: trimmer === undefined ? undefined : { key: trimmer, id: this.id },
    });
    if (report) this.tell(key, policy ?? {}, report);
    return report;
  }

  private async run(): Promise<void> {
    while (!this.stopping.isStopping) {
      for (const streamName of Object.keys(this.options.retention)) {
        try {
          await this.trimEach(streamName, this.options.retention[streamName], true);
        } catch (error) {
          // The connection reports an outage.
          if (!isOutage(error)) this.logger.error(`Trimming ${streamName} failed: ${(error as Error).message}`);
        }
      }
      // Not all processes at once.
      await this.stopping.orAfter(EVERY_MS * (0.75 + Math.random() / 2));
    }
  }

  private tell(key: string, policy: RetentionPolicy, report: TrimReport): void {
    const { trimmed, dropped } = report;
    if (trimmed > 0) this.observer.emit({ kind: 'trimmed', stream: key, count: trimmed, dropped });
    const losses = Object.entries(dropped).map(([group, count]) => `${String(count)} of ${group}`);
    if (losses.length > 0) {
      this.logger.error(
        `${key} was beyond its hard limit of ${String(policy.hardMaxLength)} entries; dropped before they were handled: ` +
          losses.join(', '),
      );
    }
    const warning = warningOf(policy, report);
    if (!warning) this.warned.delete(key);
    if (!warning || this.warned.has(key)) return;
    this.warned.add(key);
    this.logger.warn(
      `${key} has ${String(warning.length)} entries, and at ${String(warning.hardMaxLength)} the oldest are dropped, handled ` +
        `or not` +
        (warning.heldBackBy === undefined ? '' : `. The group ${warning.heldBackBy} has still to handle the oldest`),
    );
    this.observer.emit({ kind: 'retention-warning', stream: key, ...warning });
  }
}

/** What was done to the partitions, together. */
function sumOf(reports: readonly TrimReport[]): TrimReport {
  const sum: { trimmed: number; length: number; heldBackBy: string | undefined; dropped: Record<string, number> } = {
    trimmed: 0,
    length: 0,
    heldBackBy: undefined,
    dropped: {},
  };
  for (const { trimmed, length, heldBackBy, dropped } of reports) {
    sum.trimmed += trimmed;
    sum.length += length;
    sum.heldBackBy ??= heldBackBy;
    addTo(sum.dropped, dropped);
  }
  return sum;
}
