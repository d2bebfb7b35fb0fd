/** How far ahead of its handlers a worker reads, in milliseconds of their work. */
const AHEAD_MS = 500;
/** How often the handlers' speed is measured, in milliseconds. */
const MEASURED_EVERY_MS = 100;
/** Entries that fill the handlers' slots twice are always worth reading, and so are a few. */
const ROUNDS = 2;
const A_FEW = 32;

/** What bounds it. */
export interface ReadAheadLimits {
  /** Entries and bytes that are held at most. */
  entries: number;
  bytes: number;
  /** Handlers that run at once. */
  concurrency: number;
}

/**
 * How much a worker may hold: what its handlers can do in about half a second, within the limits. One that is slow leaves
 * the rest to the others, and less is to be taken over when it dies; one that is fast is never short of work.
 */
export class ReadAhead {
  private handled = 0;
  private since: number;
  private perMs = 0;
  private average: number | undefined;

  /** @param nowMs of a clock that never goes back */
  constructor(
    private readonly limits: ReadAheadLimits,
    nowMs: number,
  ) {
    this.since = nowMs;
  }

  /** An entry was seen through. */
  settled(): void {
    this.handled += 1;
  }

  /**
   * How many more entries may be read.
   *
   * @param held all that is held: what waits for its retry, or behind an event of its key, included
   * @param ready of these, what runs, or would if there was a slot
   */
  room(held: { entries: number; bytes: number }, ready: number, nowMs: number): number {
    this.measure(nowMs);
    const wanted = Math.max(A_FEW, ROUNDS * this.limits.concurrency, Math.ceil(this.perMs * AHEAD_MS));
    return Math.max(0, Math.min(this.most(held), wanted - ready));
  }

  /** How many more may be held at all, however slow the handlers are. */
  most(held: { entries: number; bytes: number }): number {
    const { entries, bytes } = this.limits;
    if (held.entries > 0) this.average = held.bytes / held.entries;
    // As large as those that were held last; of sizes that are not known, a few.
    const bySize =
      this.average === undefined
        ? A_FEW
        : Math.max(held.entries === 0 ? 1 : 0, (bytes - held.bytes) / Math.max(1, this.average));
    return Math.max(0, Math.floor(Math.min(entries - held.entries, bySize)));
  }

  private measure(nowMs: number): void {
    const passed = nowMs - this.since;
    if (passed < MEASURED_EVERY_MS) return;
    const speed = this.handled / passed;
    // Up at once, down slowly: a pause between events says nothing of the handlers.
    this.perMs = speed > this.perMs ? speed : (3 * this.perMs + speed) / 4;
    this.handled = 0;
    this.since = nowMs;
  }
}
