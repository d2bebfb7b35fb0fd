import { RenewedMap } from '../collections/renewed-map.js';
import { Changes } from '../concurrency/changes.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { DeliveryLostError } from '../model/errors/delivery.js';
import { compareEntryIds } from '../stream/entries/entry-id.js';
import { DeferredIds } from './deferred-ids.js';
import type { ReadAheadLimits } from './read-ahead.js';
import { Room, type Held } from './room.js';

/** All deliveries that this worker holds, and the ids of those that it has deferred. Its {@link room} bounds both. */
export class InFlightDeliveries implements Held {
  readonly room: Room;
  /** Tells that something was removed, deferred or lost. */
  readonly changes = new Changes();
  /** By stream and id; a key of both would be a new text for each entry. */
  private readonly byStream = new Map<string, RenewedMap<string, InFlightDelivery>>();
  private readonly deferred = new DeferredIds();
  private removed: Set<string> | undefined;
  private count = 0;
  private weight = 0;

  /** @param ready how many handlers run, or wait for a slot */
  constructor(limits: ReadAheadLimits, ready: () => number) {
    this.room = new Room(this, limits, ready);
  }

  get size(): number {
    return this.count;
  }

  /** About the size of what is held. */
  get bytes(): number {
    return this.weight;
  }

  /** How many entries are deferred: pending for this worker, and not held. */
  get deferredCount(): number {
    return this.deferred.size;
  }

  /** @returns false when the entry is held already, or was settled since {@link rememberRemoved} */
  add(inFlight: InFlightDelivery): boolean {
    const { streamKey, entry } = inFlight;
    let held = this.byStream.get(streamKey);
    if (!held) this.byStream.set(streamKey, (held = new RenewedMap()));
    const { id } = entry;
    if (held.has(id) || this.deferred.has(streamKey, id) || this.removed?.has(inFlight.entryRef)) return false;
    held.set(id, inFlight);
    this.count += 1;
    this.weight += inFlight.weight;
    return true;
  }

  /** A delivery is settled, or somebody else's. */
  remove(inFlight: InFlightDelivery): void {
    this.letGo(inFlight);
    this.removed?.add(inFlight.entryRef);
    this.room.settled();
    this.changes.tell();
  }

  /** Keeps only the id of an entry, which stays this worker's. */
  defer(inFlight: InFlightDelivery): void {
    this.letGo(inFlight);
    this.deferred.add(inFlight.streamKey, inFlight.entry.id);
    this.changes.tell();
  }

  /** A deferred entry is held again, settled, or somebody else's. */
  forgetDeferred(streamKey: string, id: string): void {
    this.deferred.delete(streamKey, id);
  }

  /** The ids of deferred entries of one stream, about ascending. */
  deferredIdsOf(streamKey: string): readonly string[] {
    return this.deferred.of(streamKey);
  }

  get(streamKey: string, id: string): InFlightDelivery | undefined {
    return this.byStream.get(streamKey)?.get(id);
  }

  /** Whether an entry is held or deferred; a reply may bring it again. */
  has(streamKey: string, id: string): boolean {
    return this.get(streamKey, id) !== undefined || this.deferred.has(streamKey, id);
  }

  /** The ids held of one stream, ascending. */
  idsOf(streamKey: string): string[] {
    return [...(this.byStream.get(streamKey)?.keys() ?? [])].sort(compareEntryIds);
  }

  /** All deliveries are somebody else's from now on. */
  loseAll(): void {
    for (const held of this.byStream.values()) {
      for (const inFlight of held.values()) inFlight.lose(new DeliveryLostError(inFlight.entryRef));
    }
    this.changes.tell();
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

  private letGo(inFlight: InFlightDelivery): void {
    this.byStream.get(inFlight.streamKey)?.delete(inFlight.entry.id);
    this.count -= 1;
    this.weight -= inFlight.weight;
  }
}
