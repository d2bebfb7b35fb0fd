/** Gathers what is asked for in one turn of the event loop; all of it has the same result, and waits for it together. */
export class Gatherer<T, R> {
  private gathered: T[] = [];
  private result: Promise<R> | undefined;

  constructor(private readonly send: (items: T[]) => Promise<R>) {}

  /** Settles as `send` does for all that was gathered with the item. */
  add(item: T): Promise<R> {
    this.gathered.push(item);
    this.result ??= new Promise((resolve) => {
      setImmediate(() => {
        const items = this.gathered;
        this.gathered = [];
        this.result = undefined;
        resolve(this.send(items));
      });
    });
    return this.result;
  }
}
