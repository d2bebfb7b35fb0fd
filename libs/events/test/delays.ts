/** Runs jobs later, those of one owner in the order in which they came, also when the delay changes meanwhile. */
export class Delays {
  /** For jobs that come from now on, in milliseconds. */
  delayMs = 0;
  private readonly queues = new WeakMap<object, { dueMs: number; run: () => void }[]>();

  run(owner: object, job: () => void): void {
    const queue = this.queues.get(owner) ?? [];
    if (this.delayMs === 0 && queue.length === 0) {
      job();
      return;
    }
    this.queues.set(owner, queue);
    const dueMs = Math.max(performance.now() + this.delayMs, queue.at(-1)?.dueMs ?? 0);
    queue.push({ dueMs, run: job });
    if (queue.length === 1) this.wait(queue);
  }

  private wait(queue: { dueMs: number; run: () => void }[]): void {
    const [first] = queue;
    if (!first) return;
    setTimeout(
      () => {
        // It stays in the queue until it has run, so that nothing overtakes it.
        first.run();
        queue.shift();
        this.wait(queue);
      },
      Math.max(0, first.dueMs - performance.now()),
    ).unref();
  }
}
