import type { Subscription } from '../dispatch/subscriptions.js';
import { DeliveryLostError } from '../errors.js';
import { compareEntryIds } from '../stream/entry-id.js';
import type { Channel, ReplayOrigin } from '../stream/channel.js';
import type { StreamEntry } from '../stream/stream-client.js';

/** A delivery that this worker was given and that is not settled. */
export class Holding {
  private controller: AbortController | undefined;
  private aborted: Error | undefined;
  /** Whether Redis holds notes of this entry, which must go when it is acknowledged. */
  isNoted: boolean;
  /** Whether a handler was given the event as it was first decoded. */
  isGiven = false;
  /** Settlements of one entry go one after the other, so that exactly the last handler acknowledges. */
  private settling: Promise<unknown> = Promise.resolve();

  /** The stream's key, of the channel that it came by. */
  readonly stream: string;

  /**
   * @param entry with the event's own fields only
   * @param origin where a replayed entry came from; undefined for one that was not replayed
   * @param notes what was noted of earlier tries, by handler; empty for an entry that is delivered for the first time
   * @param isSuspect whether workers may have died of it, so that it is handled alone
   */
  constructor(
    readonly subscription: Subscription,
    readonly channel: Channel,
    readonly entry: StreamEntry,
    readonly notes: ReadonlyMap<string, string>,
    readonly origin: ReplayOrigin | undefined,
    readonly isSuspect: boolean,
  ) {
    this.stream = channel.key;
    this.isNoted = notes.size > 0;
  }

  /** Aborted when the delivery is somebody else's. Made when it is asked for: few handlers do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.controller.abort(this.aborted);
    return this.controller.signal;
  }

  get isLost(): boolean {
    return this.aborted !== undefined;
  }

  lose(reason: Error): void {
    this.aborted = reason;
    this.controller?.abort(reason);
  }

  /** Runs settlements of this entry one at a time. */
  settle<T>(settlement: () => Promise<T>): Promise<T> {
    const result = this.settling.then(settlement);
    this.settling = result.catch(() => undefined);
    return result;
  }
}

/** Everything that this worker holds: bounded, so that a slow worker does not fill its memory. */
export class Holdings {
  private readonly held = new Map<string, Holding>();
  private readonly waiting = new Set<() => void>();
  private removed: Set<string> | undefined;

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.held.size;
  }

  /** How many more may be read. */
  get room(): number {
    return Math.max(0, this.limit - this.held.size);
  }

  /** @returns false when the entry is held already, or was settled since {@link rememberRemoved} */
  add(holding: Holding): boolean {
    const key = keyOf(holding);
    if (this.held.has(key) || this.removed?.has(key)) return false;
    this.held.set(key, holding);
    return true;
  }

  remove(holding: Holding): void {
    const key = keyOf(holding);
    this.held.delete(key);
    this.removed?.add(key);
    for (const wake of this.waiting) wake();
  }

  /** All that is held is somebody else's from now on. */
  loseAll(): void {
    for (const holding of this.held.values()) {
      holding.lose(new DeliveryLostError(`${holding.stream} ${holding.entry.id}`));
    }
    for (const wake of this.waiting) wake();
  }

  /** Whether it is held; for entries that a reply brings again. */
  has(stream: string, id: string): boolean {
    return this.held.has(`${stream} ${id}`);
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
    const ids: string[] = [];
    for (const holding of this.held.values()) if (holding.stream === stream) ids.push(holding.entry.id);
    return ids.sort(compareEntryIds);
  }

  get(stream: string, id: string): Holding | undefined {
    return this.held.get(`${stream} ${id}`);
  }

  /** Resolves when something was removed, or after `ms`. */
  async change(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.waiting.add(wake);
    });
  }
}

function keyOf({ stream, entry }: Holding): string {
  return `${stream} ${entry.id}`;
}
