import type { Channel, ReplayOrigin } from '../stream/channel.js';
import type { StreamEntry } from '../stream/stream-entry.js';
import type { Loss } from './delivery.js';
import type { Pause } from './pause.js';
import type { Subscription } from './subscriptions.js';

/** A delivery that this worker was given and that is not settled. */
export class InFlightDelivery implements Loss {
  /** The stream's key, of the channel that it came by. */
  readonly stream: string;
  /** Its size, about, in bytes. */
  readonly weight: number;
  /** Whether Redis holds notes of this entry, which must go when it is acknowledged. */
  isNoted: boolean;
  /** Whether a handler was given the event as it was first decoded. */
  isGiven = false;
  /** When keys were last asked for, to read personal data of it, by `performance.now()`; 0 for an event that has none encrypted. */
  openedMs = 0;
  /** Handlers of this event that are not done yet; the last one acknowledges it. */
  openHandlers = 1;
  /** The retry pauses in which it was deferred; undefined for one that is worked on. */
  deferredIn: readonly Pause[] | undefined;
  private lossListeners: ((reason: Error) => void)[] | undefined;
  private lost: Error | undefined;
  private settling: Promise<unknown> | undefined;

  /**
   * @param entry with the event's own fields only
   * @param origin where a replayed entry came from; undefined for one that was not replayed
   * @param notes what was noted of earlier tries, by handler; empty for an entry that is delivered for the first time
   * @param isQuarantined whether workers may have died of it, so that nothing else runs while it is decoded or handled
   * @param deliveries how often it was delivered to other consumers before
   * @param isOverdue whether it has waited for a worker that handles it for long enough
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
    this.stream = channel.key;
    this.weight = weightOf(entry);
    this.isNoted = notes.size > 0;
  }

  /** Its stream and its id: no other delivery in flight has both. */
  get entryRef(): string {
    return `${this.stream} ${this.entry.id}`;
  }

  get lostBecause(): Error | undefined {
    return this.lost;
  }

  onLost(listener: (reason: Error) => void): void {
    (this.lossListeners ??= []).push(listener);
  }

  /** It is somebody else's from now on. */
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
