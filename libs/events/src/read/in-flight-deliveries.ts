import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { DeliveryLostError } from '../model/errors/delivery.js';
import { RenewedMap } from '../collections/renewed-map.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { ReadAhead, type ReadAheadLimits } from './read-ahead.js';

/**
 * Entries that are deferred at most, of which only the ids are kept, and of what is in a retry pause its key and when that is
 * over. Some tens of megabytes, and what renewing them takes of Redis is a hundredth of its time.
 */
const MAX_DEFERRED = 100_000;

/** How long a worker that is full waits before it defers what waits behind others of its key, or for its retry. */
const RELIEVE_AFTER_MS = 100;

/** What can send away what it does not work on at present. */
export interface Relievable {
  /** Keys that are worked on, or whose first is in a retry pause. */
  readonly keys: number;
  /** @param share how many may wait behind the first of each key */
  relieve(share: number): void;
  /** Sends away what is in a retry pause, soon. @returns how many, `most` at most */
  deferPaused(most: number): number;
}

/** Everything that this worker holds: bounded, so that a slow worker does not fill its memory. */
export class InFlightDeliveries {
  /** By stream and id: put together they would be a new text, to be hashed, for each entry. */
  private readonly byStream = new Map<string, RenewedMap<string, InFlightDelivery>>();
  private readonly waiting = new Set<() => void>();
  private readonly readAhead: ReadAhead;
  private removed: Set<string> | undefined;
  private count = 0;
  private bytes = 0;
  private isLeftBehind = false;
  /** What waits in Redis, delivered to this worker: ids, by stream. */
  private readonly deferredIds = new Map<string, Set<string>>();
  private deferredTotal = 0;
  private readonly relievables = new Set<Relievable>();

  /** @param ready how many of the handlers' tries run, or wait for a slot */
  constructor(
    limits: ReadAheadLimits,
    private readonly ready: () => number,
  ) {
    this.readAhead = new ReadAhead(limits, performance.now());
  }

  get size(): number {
    return this.count;
  }

  /** How many more may be read; none while there is something to take over that others have left: that comes first. */
  get room(): number {
    return this.isLeftBehind ? 0 : this.roomToTakeOver;
  }

  /** How many more may be taken over, by as many as the handlers can do soon. */
  get roomToTakeOver(): number {
    return this.deferredTotal < MAX_DEFERRED ? this.roomToResume : 0;
  }

  /** How many of those that are deferred may be resumed, by as many as the handlers can do soon. */
  private get roomToResume(): number {
    return this.readAhead.room(this.held(), this.ready(), performance.now());
  }

  /** How many more may be held at all. */
  get maxRoom(): number {
    return this.deferredTotal < MAX_DEFERRED ? this.roomToHold : 0;
  }

  /** How many of those that are deferred there is room for. */
  get roomToHold(): number {
    return this.readAhead.most(this.held());
  }

  /** How many entries are deferred: they are this worker's, and wait in Redis until there is room. */
  get deferredCount(): number {
    return this.deferredTotal;
  }

  /** Says whether something was left behind that is not taken over yet. */
  takeOverFirst(isLeftBehind: boolean): void {
    this.isLeftBehind = isLeftBehind;
    for (const wake of this.waiting) wake();
  }

  /** Whether there is room for so many, or for as much as is left to do: little by little would be many reads. */
  isWorthReading(batch: number, room = this.room): boolean {
    return room > 0 && room >= Math.min(batch, this.ready());
  }

  /**
   * Waits until it is worth reading, `ms` at most. Where all that is held waits, behind others of its key, which are slow, or for
   * its retry, it is deferred, so that other keys go on.
   *
   * @param roomNow what there is room for
   */
  awaitRoom(batch: number, ms: number, roomNow = () => this.room): Promise<void> {
    return this.awaitRoomOf(batch, ms, roomNow, () => this.maxRoom);
  }

  /** Waits until it is worth resuming what was deferred, `ms` at most. @returns for how many there is room */
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

  /** Sends away what waits behind others of its key, and then what waits for its retry, until half of what can be held is free. */
  private relieve(): void {
    // Where no more may be deferred, as much comes back for it.
    if (this.roomToHold > 0 && this.deferredTotal >= MAX_DEFERRED) return;
    let keys = 0;
    for (const one of this.relievables) keys += one.keys;
    const target = (this.count + this.roomToHold) / 2;
    const share = Math.floor(Math.max(0, target - keys) / Math.max(1, keys));
    for (const one of this.relievables) one.relieve(share);
    let excess = this.count - target;
    for (const one of this.relievables) if (excess > 0) excess -= one.deferPaused(Math.ceil(excess));
  }

  /** @returns what ends it */
  relieveBy(one: Relievable): () => void {
    this.relievables.add(one);
    return () => this.relievables.delete(one);
  }

  /** The entry is this worker's, but not held any more: of it there is only the id. */
  defer(inFlight: InFlightDelivery): void {
    const { stream, entry } = inFlight;
    this.byStream.get(stream)?.delete(entry.id);
    this.count -= 1;
    this.bytes -= inFlight.weight;
    let ids = this.deferredIds.get(stream);
    if (!ids) this.deferredIds.set(stream, (ids = new Set()));
    if (!ids.has(entry.id)) this.deferredTotal += 1;
    ids.add(entry.id);
    for (const wake of this.waiting) wake();
  }

  /** The entry is held again, settled, or somebody else's. */
  forgetDeferred(stream: string, id: string): void {
    if (this.deferredIds.get(stream)?.delete(id)) this.deferredTotal -= 1;
  }

  /** The ids of deferred entries of one stream, about ascending. */
  deferredIdsOf(stream: string): readonly string[] {
    return [...(this.deferredIds.get(stream) ?? [])];
  }

  /** @returns false when the entry is held already, or was settled since {@link rememberRemoved} */
  add(inFlight: InFlightDelivery): boolean {
    const { stream, entry } = inFlight;
    let held = this.byStream.get(stream);
    if (!held) this.byStream.set(stream, (held = new RenewedMap()));
    if (held.has(entry.id) || this.deferredIds.get(stream)?.has(entry.id) || this.removed?.has(inFlight.entryRef))
      return false;
    held.set(entry.id, inFlight);
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

  /** All that is held is somebody else's from now on. */
  loseAll(): void {
    for (const held of this.byStream.values()) {
      for (const inFlight of held.values()) inFlight.lose(new DeliveryLostError(inFlight.entryRef));
    }
    for (const wake of this.waiting) wake();
  }

  /** Whether it is held, or deferred; for entries that a reply brings again. */
  has(stream: string, id: string): boolean {
    return this.get(stream, id) !== undefined || this.deferredIds.get(stream)?.has(id) === true;
  }

  /**
   * From now on, entries that are removed are not taken again. The reply to a read of the own history can show an entry
   * that was settled while the reply was on its way.
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
