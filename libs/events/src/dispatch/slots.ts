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

  /** How many run or wait. */
  get load(): number {
    return this.limit - this.free + this.waiting.length;
  }

  /**
   * Takes a slot, to be given back with {@link release}.
   *
   * @param isAlone waits until no other handler runs, and lets none begin
   * @returns undefined when it was to be had at once
   */
  acquire(isAlone = false): Promise<void> | undefined {
    const size = isAlone ? this.limit : 1;
    if (this.waiting.length === 0 && this.free >= size) {
      this.free -= size;
      return undefined;
    }
    return new Promise<void>((enter) => this.waiting.push({ size, enter }));
  }

  /** @param isAlone as it was asked for */
  release(isAlone = false): void {
    this.free += isAlone ? this.limit : 1;
    for (let next = this.waiting[0]; next && next.size <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.size;
      next.enter();
    }
  }
}
