import { Logger } from '@nestjs/common';
import { DeliveryLostError, isGroupMissing, isOutage } from '../errors.js';
import type { ResolvedOptions } from '../module/options.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { ClaimReply, StreamClient } from '../stream/stream-client.js';
import type { Holdings } from './holdings.js';
import type { Source } from './source.js';
import type { Stopping } from './stopping.js';

/** Renewals within the time after which a delivery is taken over: two may be late before one is lost. */
const RENEWALS = 3;

/** What a worker hands back when it stops is taken over that soon, however long the claim of a dead one lasts. */
const LONGEST_PAUSE_MS = 1000;

/** Keeps this worker's claims, takes over those of dead ones, and removes consumers that are gone. */
export class Claims {
  private readonly logger = new Logger(Claims.name);

  constructor(
    private readonly client: StreamClient,
    private readonly sources: readonly Source[],
    private readonly holdings: Holdings,
    private readonly options: ResolvedOptions['consumer'],
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
  ) {}

  /** Renews what is held until everything is settled or handed back. Never throws. */
  async keep(): Promise<void> {
    const pauseMs = this.options.claimAfterMs / RENEWALS;
    while (!this.isThrough()) {
      await this.attempt('Renewing claims', (source) => this.renew(source));
      // The last one may have been settled meanwhile, and then nothing would wake us.
      if (this.isThrough()) return;
      // While the worker drains, its last handlers still need their claims.
      await (this.stopping.isStopping ? this.holdings.change(pauseMs) : this.stopping.orAfter(pauseMs));
    }
  }

  private isThrough(): boolean {
    return this.stopping.isOver || (this.stopping.isStopping && this.holdings.size === 0);
  }

  /** Takes over what others left, until the worker stops. Never throws. */
  async takeOver(): Promise<void> {
    while (!this.stopping.isStopping) {
      await this.attempt('Taking over', async (source) => {
        if (this.stopping.isStopping) return;
        await this.claim(source);
        await this.client.sweep(source.consumerAddress, this.options.forgetAfterMs);
      });
      // Not all workers at once.
      const pauseMs = Math.min(this.options.claimAfterMs / 2, LONGEST_PAUSE_MS);
      await this.stopping.orAfter(pauseMs * (0.75 + Math.random() / 2));
    }
  }

  private async renew(source: Source): Promise<void> {
    const ids = this.holdings.idsOf(source.key);
    if (ids.length === 0) return;
    for (const id of await this.client.renew(source.consumerAddress, ids)) {
      // What was settled while the answer was on its way is not held any more, and nothing is lost.
      this.holdings.get(source.key, id)?.lose(new DeliveryLostError(`${source.key} ${id}`));
    }
  }

  private async claim(source: Source): Promise<void> {
    let count = 0;
    let from: string | undefined = '-';
    while (from !== undefined) {
      const wanted = Math.min(this.options.batchSize, this.holdings.room);
      if (wanted === 0 || this.stopping.isStopping) break;
      const reply: ClaimReply = await this.client.claim(
        source.consumerAddress,
        this.options.claimAfterMs,
        from,
        wanted,
      );
      await source.acceptClaimed(reply);
      count += reply.entries.length;
      from = reply.next;
    }
    if (count === 0) return;
    const { stream, group } = source.consumerAddress;
    this.logger.log(`Took over ${String(count)} entries of ${stream} that their consumer had left`);
    this.observer.emit({ kind: 'taken-over', stream, group, count });
  }

  private async attempt(what: string, work: (source: Source) => Promise<void>): Promise<void> {
    for (const source of this.sources) {
      try {
        await work(source);
      } catch (error) {
        // The connection reports an outage, and the reader a missing group.
        if (!isOutage(error) && !isGroupMissing(error)) {
          this.logger.error(`${what} on ${source.key} failed: ${(error as Error).message}`);
        }
      }
    }
  }
}
