import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { DeliveryLostError } from '../model/errors/delivery.js';
import { RenewedMap } from '../collections/renewed-map.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { DeferredIds } from './deferred-ids.js';
import { ReadAhead, type ReadAheadLimits } from './read-ahead.js';

/** Deferred entries at most. Their ids take some tens of megabytes, and to renew their claims takes a hundredth of Redis' time. */
const MAX_DEFERRED = 100_000;

/** How long a full worker waits before it defers deliveries, in milliseconds. */
const RELIEVE_AFTER_MS = 100;

/** What can defer deliveries that no handler works on. */
export interface Relievable {
  /** Keys that are worked on, or whose first is in a retry pause. */
  readonly keys: number;
  /** Defers what waits behind others of its key. @param share how many may go on waiting for each key */
  relieve(share: number): void;
  /** Defers what is in a retry pause, soon. @returns how many, `most` at most */
  deferPaused(most: number): number;
}

/** All deliveries that this worker holds: bounded, so that slow handlers do not fill its memory. */
export class InFlightDeliveries {
  /** By stream and id; a key of both would be a new text for each entry. */
  private readonly byStream = new Map<string, RenewedMap<string, InFlightDelivery>>();
  private readonly waiting = new Set<() => void>();
  private readonly readAhead: ReadAhead;
  private removed: Set<string> | undefined;
  private count = 0;
  private bytes = 0;
  private isLeftBehind = false;
  private readonly deferred = new DeferredIds();
  private readonly relievables = new Set<Relievable>();

  /** @param ready how many handlers run, or wait for a slot */
  constructor(
    limits: ReadAheadLimits,
    private readonly ready: () => number,
  ) {
    this.readAhead = new ReadAhead(limits, performance.now());
  }

  get size(): number {
    return this.count;
  }

  /** How many more may be read: none while others have left entries to take over, which come first. */
  get room(): number {
    return this.isLeftBehind ? 0 : this.roomToTakeOver;
  }

  /** How many more may be taken over: as many as the handlers can do soon. */
  get roomToTakeOver(): number {
    return this.deferred.size < MAX_DEFERRED ? this.roomToResume : 0;
  }

  /** How many deferred entries may be resumed: as many as the handlers can do soon. */
  private get roomToResume(): number {
    return this.readAhead.room(this.held(), this.ready(), performance.now());
  }

  /** How many more may be held, however slow the handlers are. */
  get maxRoom(): number {
    return this.deferred.size < MAX_DEFERRED ? this.roomToHold : 0;
  }

  /** How many deferred entries there is room for, however slow the handlers are. */
  get roomToHold(): number {
    return this.readAhead.most(this.held());
  }

  /** How many entries are deferred: pending for this worker, and not held. */
  get deferredCount(): number {
    return this.deferred.size;
  }

  /** @param isLeftBehind whether others have left entries that are not taken over yet */
  takeOverFirst(isLeftBehind: boolean): void {
    this.isLeftBehind = isLeftBehind;
    for (const wake of this.waiting) wake();
  }

  /** Whether there is room for a batch, or for as many as the handlers still have to do: a few at a time would be many reads. */
  isWorthReading(batch: number, room = this.room): boolean {
    return room > 0 && room >= Math.min(batch, this.ready());
  }

  /**
   * Waits until it is worth reading, `ms` at most. A full worker defers what waits behind others of its key or for a retry, so that
   * other keys go on.
   *
   * @param roomNow how many entries there is room for
   */
  awaitRoom(batch: number, ms: number, roomNow = () => this.room): Promise<void> {
    return this.awaitRoomOf(batch, ms, roomNow, () => this.maxRoom);
  }

  /** Waits until it is worth resuming deferred entries, `ms` at most. @returns how many there is room for */
  async awaitRoomToResume(batch: number, ms: number): Promise<number> {
    const roomNow = () => this.roomToResume;
    await this.awaitRoomOf(batch, ms, roomNow, () => this.roomToHold);
    return roomNow();
  }

  private async awaitRoomOf(batch: number, ms: number, roomNow: () => number, maxNow: () => number): Promise<void> {
    const isWorthIt = (): boolean => this.isWorthReading(batch, roomNow());
    const isFull = (): boolean => !this.isWorthReading(batch, maxNow());
    if (isWorthIt()) return;
    await this.change(isFull() ? RELIEVE_AFTER_MS : ms, isWorthIt);
    if (!isWorthIt() && isFull()) this.relieve();
  }

  /** Defers what waits behind others of its key, and then what is in a retry pause, until half of the room is free. */
  private relieve(): void {
    // At the limit nothing more is deferred, as long as there is room to resume some.
    if (this.roomToHold > 0 && this.deferred.size >= MAX_DEFERRED) return;
    let keys = 0;
    for (const one of this.relievables) keys += one.keys;
    const target = (this.count + this.roomToHold) / 2;
    const share = Math.floor(Math.max(0, target - keys) / Math.max(1, keys));
    for (const one of this.relievables) one.relieve(share);
    let excess = this.count - target;
    for (const one of this.relievables) if (excess > 0) excess -= one.deferPaused(Math.ceil(excess));
  }

  /** @returns a function that ends it */
  relieveBy(one: Relievable): () => void {
    this.relievables.add(one);
    return () => this.relievables.delete(one);
  }

  /** Keeps only the id of an entry, which stays this worker's. */
  defer(inFlight: InFlightDelivery): void {
    const { stream, entry } = inFlight;
    this.byStream.get(stream)?.delete(entry.id);
    this.count -= 1;
    this.bytes -= inFlight.weight;
    this.deferred.add(stream, entry.id);
    for (const wake of this.waiting) wake();
  }

  /** A deferred entry is held again, settled, or somebody else's. */
  forgetDeferred(stream: string, id: string): void {
    this.deferred.delete(stream, id);
  }

  /** The ids of deferred entries of one stream, about ascending. */
  deferredIdsOf(stream: string): readonly string[] {
    return this.deferred.of(stream);
  }

  /** @returns false when the entry is held already, or was settled since {@link rememberRemoved} */
  add(inFlight: InFlightDelivery): boolean {
    const { stream, entry } = inFlight;
    let held = this.byStream.get(stream);
    if (!held) this.byStream.set(stream, (held = new RenewedMap()));
    const { id } = entry;
    if (held.has(id) || this.deferred.has(stream, id) || this.removed?.has(inFlight.entryRef)) return false;
    held.set(id, inFlight);
    this.count += 1;
    this.bytes += inFlight.weight;
    return true;
  }

  remove(inFlight: InFlightDelivery): void {
    this.byStream.get(inFlight.stream)?.delete(inFlight.entry.id);
    this.count -= 1;
    this.bytes -= inFlight.weight;
    this.removed?.add(inFlight.entryRef);
    this.readAhead.settled();
    for (const wake of this.waiting) wake();
  }

  /** All deliveries are somebody else's from now on. */
  loseAll(): void {
    for (const held of this.byStream.values()) {
      for (const inFlight of held.values()) inFlight.lose(new DeliveryLostError(inFlight.entryRef));
    }
    for (const wake of this.waiting) wake();
  }

  /** Whether an entry is held or deferred; a reply may bring it again. */
  has(stream: string, id: string): boolean {
    return this.get(stream, id) !== undefined || this.deferred.has(stream, id);
  }

  /**
   * From now on, {@link add} refuses entries that were removed: a reply that shows this worker's pending entries can show one that was
   * settled while the reply was on its way.
   */
  rememberRemoved(): void {
    this.removed = new Set();
  }

  forgetRemoved(): void {
    this.removed = undefined;
  }

  /** The ids held of one stream, ascending. */
  idsOf(stream: string): string[] {
    return [...(this.byStream.get(stream)?.keys() ?? [])].sort(compareEntryIds);
  }

  private held(): { entries: number; bytes: number } {
    return { entries: this.count, bytes: this.bytes };
  }

  get(stream: string, id: string): InFlightDelivery | undefined {
    return this.byStream.get(stream)?.get(id);
  }

  /**
   * Waits for something to be removed.
   *
   * @param until goes on waiting until this holds, too
   * @returns after `ms` at the latest
   */
  async change(ms: number, until: () => boolean = () => true): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const wake = (): void => {
        if (until()) end();
      };
      const timer = setTimeout(end, ms);
      this.waiting.add(wake);
    });
  }
}
