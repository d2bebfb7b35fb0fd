/** How far ahead of its handlers a worker reads, in milliseconds of their work. */
const AHEAD_MS = 500;
/** How often the handlers' speed is measured, in milliseconds. */
const MEASURED_EVERY_MS = 100;
/** At least so many entries are read ahead: these rounds of all slots, or a few. */
const ROUNDS = 2;
const A_FEW = 32;

/** Limits of what a worker holds. */
export interface ReadAheadLimits {
  /** Entries and bytes at most. */
  entries: number;
  bytes: number;
  /** Handlers that run at once. */
  concurrency: number;
}

/**
 * How much a worker may hold: what its handlers can do in about half a second, within the limits. A slow worker leaves the rest to the
 * others, which also have less to take over when it dies. A fast worker is never short of work.
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

  /** An entry was settled. */
  settled(): void {
    this.handled += 1;
  }

  /**
   * How many more entries may be read.
   *
   * @param held all that is held, also in retry pauses or behind others of its key
   * @param ready how many of these run, or wait for a slot
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
    // The next entries are expected to be as large as those held last. While no size is known, a few are read.
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
    // Up at once, down slowly: a pause between events says nothing about the handlers' speed.
    this.perMs = speed > this.perMs ? speed : (3 * this.perMs + speed) / 4;
    this.handled = 0;
    this.since = nowMs;
  }
}
