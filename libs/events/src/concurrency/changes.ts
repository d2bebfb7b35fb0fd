/** Lets others wait until something has changed. */
export class Changes {
  private readonly waiting = new Set<() => void>();

  /** Something has changed. */
  tell(): void {
    for (const wake of this.waiting) wake();
  }

  /**
   * Waits for a change, `ms` at most.
   *
   * @param until goes on waiting until this holds, too
   */
  next(ms: number, until: () => boolean = () => true): Promise<void> {
    return new Promise<void>((resolve) => {
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
