/** Tells a worker's parts that it stops, in two steps: take nothing new, and then give up waiting. */
export class Stopping {
  private stopped = false;
  private over = false;
  private readonly sleepers = new Set<() => void>();

  /** Nothing new is begun. */
  get isStopping(): boolean {
    return this.stopped;
  }

  /** The deadline has passed: what is not done by now is handed back. */
  get isOver(): boolean {
    return this.over;
  }

  begin(): void {
    this.stopped = true;
    for (const wake of this.sleepers) wake();
  }

  giveUp(): void {
    this.begin();
    this.over = true;
  }

  /**
   * Resolves after `ms`, or as soon as the worker stops.
   *
   * @param onBegin gets what ends the waiting before; not called where there is none, since the worker stops
   */
  async orAfter(ms: number, onBegin?: (end: () => void) => void): Promise<void> {
    if (this.stopped) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.sleepers.add(wake);
      onBegin?.(wake);
    });
  }
}
