/** So many are worth sending before the turn is over: what they hold is free the sooner. */
const WORTH_SENDING = 64;

/** Gathers what is asked for in one turn of the event loop; all of it has the same result, and waits for it together. */
export class Gatherer<T, R> {
  private gathered: T[] = [];
  private result: Promise<R> | undefined;
  private resolve!: (result: Promise<R>) => void;

  constructor(private readonly send: (items: T[]) => Promise<R>) {}

  /** Settles as `send` does for all that was gathered with the item. */
  add(item: T): Promise<R> {
    this.gathered.push(item);
    if (this.result) {
      if (this.gathered.length === WORTH_SENDING) queueMicrotask(this.flush);
      return this.result;
    }
    setImmediate(this.flush);
    return (this.result = new Promise((resolve) => (this.resolve = resolve)));
  }

  private readonly flush = (): void => {
    const { gathered, resolve } = this;
    if (gathered.length === 0) return; // sent already
    this.gathered = [];
    this.result = undefined;
    resolve(this.send(gathered));
  };
}
