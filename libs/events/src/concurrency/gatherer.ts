/** With so many items it does not wait for the end of the turn: the sooner they are sent, the sooner what they hold is free. */
const WORTH_SENDING = 64;

/**
 * Gathers the items of one turn of the event loop, so that they are sent together, with one command. `send` gives one result for all
 * of them; whoever added one waits for it.
 */
export class Gatherer<T, R> {
  private gathered: T[] = [];
  private result: Promise<R> | undefined;
  private resolve!: (result: R | Promise<R>) => void;

  /** @param send must not throw; it may return a promise that rejects */
  constructor(private readonly send: (items: T[]) => R | Promise<R>) {}

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

  /** Sends now what was gathered, if there is anything. */
  readonly flush = (): void => {
    const { gathered, resolve } = this;
    if (gathered.length === 0) return; // sent already
    this.gathered = [];
    this.result = undefined;
    resolve(this.send(gathered));
  };
}
