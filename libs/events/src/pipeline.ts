import type { Attempts } from './dispatch/attempts.js';
import { readEvent } from './dispatch/read-event.js';
import type { Lanes } from './dispatch/lanes.js';
import type { RegisteredHandler } from './dispatch/subscriptions.js';
import type { EventEnvelope } from './envelope/event-envelope.js';
import type { Holding, Holdings } from './read/holdings.js';
import { DONE, noteField } from './settle/delivery-notes.js';

/** The way of an event, from the stream's entry to its settlement: decode → validate → dispatch → settle. */
export class Pipeline {
  constructor(
    private readonly holdings: Holdings,
    private readonly lanes: Lanes,
    private readonly attempts: Attempts,
  ) {}

  /** Takes an entry that was read; what comes of it is settled in Redis. Never throws. */
  accept(holding: Holding): void {
    if (!this.holdings.add(holding)) return;
    let job: () => Promise<void>;
    let key: string | undefined;
    try {
      const { event, handlers } = readEvent(holding);
      key = event.partition_key;
      job = () => this.dispatch(holding, event, handlers);
    } catch (error) {
      job = () => this.attempts.refuse(holding, error as Error);
    }
    // Without a key there is no order to keep: the entry has a lane of its own.
    this.lanes.run(key ?? holding.key, async () => {
      try {
        await job();
      } finally {
        this.holdings.remove(holding);
      }
    });
  }

  private dispatch(
    holding: Holding,
    event: EventEnvelope<object>,
    handlers: readonly RegisteredHandler[],
  ): Promise<void> {
    const undone = holding.isNoted
      ? handlers.filter(({ name }) => holding.notes.get(noteField(holding.entry.id, name)) !== DONE)
      : handlers;
    const [first, second] = undone;
    if (!first) return this.attempts.passOver(holding, event, handlers);
    holding.openHandlers = undone.length;
    if (!second) return this.attempts.untilSettled(holding, event, first, handlers);
    const all = undone.map((handler) => this.attempts.untilSettled(holding, event, handler, handlers));
    return Promise.all(all).then(() => undefined);
  }
}
