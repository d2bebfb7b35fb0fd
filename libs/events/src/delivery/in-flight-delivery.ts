import type { Channel, ReplayOrigin } from '../stream/keys/channel.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';
import type { Loss } from './delivery.js';
import type { Pause } from './pause.js';
import type { Subscription } from './subscriptions.js';

/** A delivery to this worker that is not settled yet. */
export class InFlightDelivery implements Loss {
  /** The key of the stream that it was read from: for a replay, the group's replays. */
  readonly streamKey: string;
  /** About its size, in bytes. */
  readonly weight: number;
  /** Whether Redis may hold notes of this entry, to be deleted with its acknowledgement. */
  isNoted: boolean;
  /** Whether a handler has got the payload as it was first decoded; the next run decodes it again. */
  isGiven = false;
  /** When its personal data was decrypted last, by `performance.now()`; 0 where none is encrypted. */
  openedMs = 0;
  /** How many handlers are not done with the event; the last one acknowledges it. */
  openHandlers = 1;
  /** The retry pauses in which it was deferred; undefined where it was not. */
  deferredIn: readonly Pause[] | undefined;
  private lossListeners: ((reason: Error) => void)[] | undefined;
  private lost: Error | undefined;
  private settling: Promise<unknown> | undefined;

  /**
   * @param entry without the fields that a replay adds
   * @param notes of earlier attempts, by their fields; empty at the first delivery
   * @param origin the entry that was replayed; undefined for one that was not replayed
   * @param isQuarantined whether workers may have died of it: nothing else runs while it is decoded or handled
   * @param deliveries how often it was delivered to other consumers before
   * @param isOverdue whether it has waited too long for a worker that handles it
   */
  constructor(
    readonly subscription: Subscription,
    readonly channel: Channel,
    readonly entry: StreamEntry,
    readonly notes: ReadonlyMap<string, string>,
    readonly origin: ReplayOrigin | undefined,
    readonly isQuarantined: boolean,
    readonly deliveries = 0,
    readonly isOverdue = false,
  ) {
    this.streamKey = channel.key;
    this.weight = weightOf(entry);
    this.isNoted = notes.size > 0;
  }

  /** Its stream's key and its id, for messages and sets: unique among deliveries in flight. */
  get entryRef(): string {
    return `${this.streamKey} ${this.entry.id}`;
  }

  get lostBecause(): Error | undefined {
    return this.lost;
  }

  onLost(listener: (reason: Error) => void): void {
    (this.lossListeners ??= []).push(listener);
  }

  /** It is another consumer's from now on. */
  lose(reason: Error): void {
    if (this.lost) return;
    this.lost = reason;
    for (const listener of this.lossListeners ?? []) listener(reason);
  }

  /** Whether no other settlement of this entry is under way, or will follow: one handler is left. */
  get isLastSettlement(): boolean {
    return this.openHandlers === 1 && !this.settling;
  }

  /** Runs settlements of this entry one at a time. */
  settleInTurn<T>(settlement: () => Promise<T>): Promise<T> {
    const result = (this.settling ?? Promise.resolve()).then(settlement);
    this.settling = result.catch(() => undefined);
    return result;
  }
}

function weightOf({ fields, bytes }: StreamEntry): number {
  let weight = 0;
  for (const field of bytes ?? fields ?? []) weight += field.length;
  return weight;
}
