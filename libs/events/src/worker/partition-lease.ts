import { LeaseLostError } from '../model/errors/delivery.js';
import type { Fence, FencedClient } from '../stream/clients/fenced-client.js';

/** Renewals within the time of a lease: two may be late before one is lost. */
const RENEWALS = 3;

/** This worker's lease of one partition: until when it may act on the partition. */
export class PartitionLease {
  private validUntil: number;
  private loss: LeaseLostError | undefined;

  /**
   * @param leaseMs for how long the lease holds after it was acquired or renewed, in milliseconds
   * @param acquiredMs when it was asked for, by the clock of `performance.now()`
   * @param onLost called once, when another worker has the partition, or may have it
   */
  constructor(
    private readonly client: Pick<FencedClient, 'renewLease' | 'releaseLease'>,
    private readonly fence: Fence,
    private readonly leaseMs: number,
    acquiredMs: number,
    private readonly onLost: (error: LeaseLostError) => void,
  ) {
    this.validUntil = acquiredMs + leaseMs;
  }

  /** Renews the lease when a third of its time has passed. @throws LeaseLostError */
  async renew(): Promise<void> {
    const { leaseMs } = this;
    const asked = performance.now();
    if (this.validUntil - asked > leaseMs - leaseMs / RENEWALS) return;
    await this.client.renewLease(leaseMs);
    this.validUntil = asked + leaseMs;
  }

  /** Counts the lease as lost when it was not renewed in time: another worker may own the partition by now. */
  check(): void {
    if (performance.now() < this.validUntil) return;
    this.lose(this.errorBecause(`it could not be renewed for ${String(this.leaseMs)} ms`));
  }

  /** The lease is another worker's, or may be. */
  lose(error: LeaseLostError): void {
    if (this.loss) return;
    this.loss = error;
    this.onLost(error);
  }

  /** Gives the partition to whoever comes. @throws LeaseLostError */
  release(): Promise<void> {
    return this.client.releaseLease();
  }

  /** What deliveries of the partition are lost by. @param why `it was handed over` */
  errorBecause(why: string): LeaseLostError {
    return new LeaseLostError(this.fence.partition, this.fence.epoch, why);
  }
}
