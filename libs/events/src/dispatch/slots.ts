interface Waiting {
  size: number;
  enter: () => void;
}

/** Bounds how many handlers run at once; who waits gets a slot in the order of asking. */
export class Slots {
  private readonly waiting: Waiting[] = [];
  private free: number;

  constructor(private readonly limit: number) {
    this.free = limit;
  }

  /**
   * Waits for a slot.
   *
   * @param isAlone waits until no other handler runs, and lets none begin
   * @returns gives the slot back
   */
  async acquire(isAlone = false): Promise<() => void> {
    const size = isAlone ? this.limit : 1;
    if (this.waiting.length === 0 && this.free >= size) this.free -= size;
    else await new Promise<void>((enter) => this.waiting.push({ size, enter }));
    return () => {
      this.release(size);
    };
  }

  private release(size: number): void {
    this.free += size;
    for (let next = this.waiting[0]; next && next.size <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.size;
      next.enter();
    }
  }
}
