/** How long others are kept waiting by one that wants all slots, in milliseconds, and then how long they go first again. */
const PATIENCE_MS = 5000;

interface Waiting {
  size: number;
  enter: () => void;
  /** It is the first, and keeps the others waiting. */
  block?: () => void;
}

/** Bounds how many handlers run at once; who waits gets a slot in the order of asking. */
export class Semaphore {
  private readonly waiting: Waiting[] = [];
  private free: number;

  constructor(
    private readonly limit: number,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.free = limit;
  }

  /** How many run or wait. */
  get load(): number {
    return this.limit - this.free + this.waiting.length;
  }

  /**
   * Takes a slot, to be given back with {@link release}.
   *
   * @param isExclusive waits until no other handler runs, and lets none begin; but not for long where one does not end
   * @returns undefined when it was to be had at once
   */
  acquire(isExclusive = false): Promise<void> | undefined {
    const size = isExclusive ? this.limit : 1;
    if (this.waiting.length === 0 && this.free >= size) {
      this.free -= size;
      return undefined;
    }
    if (isExclusive) return this.waitForAll();
    return new Promise<void>((enter) => this.waiting.push({ size, enter }));
  }

  /** @param isExclusive as it was asked for */
  release(isExclusive = false): void {
    this.free += isExclusive ? this.limit : 1;
    this.admit();
  }

  /** Who has all slots keeps one, and gives it back as any other: the others may go on. */
  keepOne(): void {
    this.free += this.limit - 1;
    this.admit();
  }

  private admit(): void {
    for (let next = this.waiting[0]; next && next.size <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.size;
      next.enter();
    }
    this.waiting[0]?.block?.();
  }

  private async waitForAll(): Promise<void> {
    for (;;) {
      const hasEntered = await new Promise<boolean>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const own: Waiting = {
          size: this.limit,
          enter: () => {
            clearTimeout(timer);
            resolve(true);
          },
          block: () => {
            timer ??= setTimeout(() => {
              this.waiting.splice(this.waiting.indexOf(own), 1);
              this.admit();
              resolve(false);
            }, this.patienceMs);
          },
        };
        this.waiting.push(own);
        this.admit();
      });
      if (hasEntered) return;
      await new Promise((resolve) => setTimeout(resolve, this.patienceMs));
    }
  }
}
