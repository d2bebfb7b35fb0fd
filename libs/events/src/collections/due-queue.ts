/** What is due at a time, by the clock of `performance.now()`. */
export interface Due {
  readonly until: number;
}

/** A queue of what is due some time, the first first: a binary heap. */
export class DueQueue<T extends Due> {
  private readonly heap: T[] = [];

  get first(): T | undefined {
    return this.heap[0];
  }

  add(item: T): void {
    const { heap } = this;
    let place = heap.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above] as T;
      if (parent.until <= item.until) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = item;
  }

  /** Takes what is due by then, the first first, `most` at most. */
  take(by: number, most: number): T[] {
    const taken: T[] = [];
    for (let first = this.first; first && first.until <= by && taken.length < most; first = this.first) {
      taken.push(first);
      this.removeFirst();
    }
    return taken;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as T).until < (heap[below] as T).until) below += 1;
      const child = heap[below] as T;
      if (child.until >= last.until) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = last;
  }
}
