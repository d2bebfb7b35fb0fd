import type { Changes } from '../concurrency/changes.js';
import { ReadAhead, type ReadAheadLimits } from './read-ahead.js';

/** Deferred entries at most. Their ids take some tens of megabytes, and to renew their claims takes a hundredth of Redis' time. */
const MAX_DEFERRED = 100_000;

/** How long a full worker waits before it defers deliveries, in milliseconds. */
const RELIEVE_AFTER_MS = 100;

/** What a worker wants entries for. What is not urgent is bounded by what the handlers can do soon, what is urgent only by the memory. */
export type Purpose =
  /** To read new entries. There is no room for them while others have left entries: those are taken over first. */
  | 'new'
  /** To take over what others have left. */
  | 'takeover'
  | 'urgent-takeover'
  /** To read deferred entries again. */
  | 'resumption'
  | 'urgent-resumption';

/** What can defer deliveries that no handler works on. */
export interface Relievable {
  /** Keys that are worked on, or whose first is in a retry pause. */
  readonly keys: number;
  /** Defers what waits behind others of its key. @param share how many may go on waiting for each key */
  relieve(share: number): void;
  /** Defers what is in a retry pause, soon. @returns how many, `most` at most */
  deferPaused(most: number): number;
}

/** What a worker holds. */
export interface Held {
  /** How many entries. */
  readonly size: number;
  readonly bytes: number;
  readonly deferredCount: number;
  readonly changes: Changes;
}

/** How many more entries a worker may get. A full worker defers what no handler works on. */
export class Room {
  private readonly readAhead: ReadAhead;
  private readonly relievables = new Set<Relievable>();
  private isLeftBehind = false;

  /** @param ready how many handlers run, or wait for a slot */
  constructor(
    private readonly held: Held,
    limits: ReadAheadLimits,
    private readonly ready: () => number,
  ) {
    this.readAhead = new ReadAhead(limits, performance.now());
  }

  /** How many entries there is room for now. */
  for(purpose: Purpose): number {
    switch (purpose) {
      case 'new':
        return this.isLeftBehind ? 0 : this.for('takeover');
      case 'takeover':
        return this.mayDeferMore ? this.for('resumption') : 0;
      case 'urgent-takeover':
        return this.mayDeferMore ? this.for('urgent-resumption') : 0;
      // What is resumed was deferred: the limit of deferred entries does not concern it.
      case 'resumption':
        return this.readAhead.room(this.heldNow, this.ready(), performance.now());
      case 'urgent-resumption':
        return this.readAhead.most(this.heldNow);
    }
  }

  /**
   * Waits until it is worth getting entries, `ms` at most. A full worker defers what waits behind others of its key or for a retry, so
   * that other keys go on.
   *
   * @returns how many entries there is room for then
   */
  async await(purpose: Purpose, batch: number, ms: number): Promise<number> {
    const isWorthIt = (): boolean => this.isWorthIt(this.for(purpose), batch);
    if (!isWorthIt()) {
      await this.held.changes.next(this.isFull(purpose, batch) ? RELIEVE_AFTER_MS : ms, isWorthIt);
      if (!isWorthIt() && this.isFull(purpose, batch)) this.relieve();
    }
    return this.for(purpose);
  }

  /** @param isLeftBehind whether others have left entries that are not taken over yet */
  takeOverFirst(isLeftBehind: boolean): void {
    this.isLeftBehind = isLeftBehind;
    this.held.changes.tell();
  }

  /** An entry was settled: the handlers' speed is measured by it. */
  settled(): void {
    this.readAhead.settled();
  }

  /** @returns a function that ends it */
  relieveBy(one: Relievable): () => void {
    this.relievables.add(one);
    return () => this.relievables.delete(one);
  }

  private get heldNow(): { entries: number; bytes: number } {
    return { entries: this.held.size, bytes: this.held.bytes };
  }

  private get mayDeferMore(): boolean {
    return this.held.deferredCount < MAX_DEFERRED;
  }

  /** Whether there is room for a batch, or for as many as the handlers still have to do: a few at a time would be many reads. */
  private isWorthIt(room: number, batch: number): boolean {
    return room > 0 && room >= Math.min(batch, this.ready());
  }

  /** Whether it is the memory that there is no room in, however fast the handlers are. */
  private isFull(purpose: Purpose, batch: number): boolean {
    return !this.isWorthIt(this.for(purpose === 'resumption' ? 'urgent-resumption' : 'urgent-takeover'), batch);
  }

  /** Defers what waits behind others of its key, and then what is in a retry pause, until half of the room is free. */
  private relieve(): void {
    const room = this.for('urgent-resumption');
    // At the limit nothing more is deferred, as long as there is room to resume some.
    if (room > 0 && !this.mayDeferMore) return;
    let keys = 0;
    for (const one of this.relievables) keys += one.keys;
    const target = (this.held.size + room) / 2;
    const share = Math.floor(Math.max(0, target - keys) / Math.max(1, keys));
    for (const one of this.relievables) one.relieve(share);
    let excess = this.held.size - target;
    for (const one of this.relievables) if (excess > 0) excess -= one.deferPaused(Math.ceil(excess));
  }
}
