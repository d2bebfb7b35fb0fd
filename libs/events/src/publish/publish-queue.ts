import type { BatchSender } from './batch-sender.js';
import { HEAVIEST_BATCH, LARGEST_BATCH } from './placed.js';
import type { PublishRequest } from './publish-request.js';

/** Fewer waiting requests than this are sent with one call. */
const WORTH_SPLITTING = 32;

/** The requests that wait to be published in one partition, in order. */
export class PublishQueue {
  private readonly queue: PublishRequest[] = [];
  private scheduled = false;

  /** @param onRelease is told of requests that were given up before they were sent */
  constructor(
    private readonly sender: BatchSender,
    private readonly onRelease: (requests: readonly PublishRequest[]) => void,
  ) {}

  add(request: PublishRequest): void {
    this.queue.push(request);
    if (this.scheduled) return;
    this.scheduled = true;
    // After the current callers had their turn, so that they share the batch. Not at the end of the event loop's turn, as a `Gatherer`:
    // a single event is sent at once, and the sender says when there is room for the next batch.
    queueMicrotask(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  /** Sends as much as is possible now. */
  flush(): void {
    while (this.queue.length > 0 && this.sender.isFree) {
      // In two parts: the server works on the first one while the second one is put together.
      const most =
        this.sender.isIdle && this.queue.length > WORTH_SPLITTING ? Math.ceil(this.queue.length / 2) : Infinity;
      const batch = this.nextBatch(most);
      const wanted = batch.filter(({ isOpen }) => isOpen);
      // Requests that have waited too long are not sent.
      this.onRelease(batch.filter(({ isOpen }) => !isOpen));
      if (wanted.length > 0) this.sender.send(wanted);
    }
  }

  /** As many events as one call takes; what one `publishAll` asked for stays together. */
  private nextBatch(most: number): PublishRequest[] {
    const batch: PublishRequest[] = [];
    let size = 0;
    let bytes = 0;
    for (const next of this.queue) {
      size += next.events.length;
      bytes += next.bytes;
      if (batch.length > 0 && (batch.length >= most || size > LARGEST_BATCH || bytes > HEAVIEST_BATCH)) break;
      batch.push(next);
    }
    this.queue.splice(0, batch.length);
    return batch;
  }
}
