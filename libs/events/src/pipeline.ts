import type { Attempts } from './dispatch/attempts.js';
import { Lanes } from './dispatch/lanes.js';
import { readEvent, type ReadEvent } from './dispatch/read-event.js';
import type { Holding, Holdings } from './read/holdings.js';
import { DONE, noteField } from './settle/delivery-notes.js';

/** An entry that was taken, and what it holds; or why nobody can read it. */
type Accepted = { holding: Holding } & (ReadEvent | { thrown: unknown });

/** The way of an event, from the stream's entry to its settlement: decode → validate → dispatch → settle. */
export class Pipeline {
  private readonly lanes = new Lanes<Accepted>(
    (accepted) => this.untilSettled(accepted),
    ({ holding }) => {
      this.holdings.remove(holding);
    },
  );

  constructor(
    private readonly holdings: Holdings,
    private readonly attempts: Attempts,
  ) {}

  /** Takes an entry that was read; what comes of it is settled in Redis. Never throws. */
  accept(holding: Holding): void {
    if (!this.holdings.add(holding)) return;
    try {
      const { event, handlers } = readEvent(holding);
      // Without a key there is no order to keep: the entry has a lane of its own.
      this.lanes.run(event.partition_key ?? holding.key, { holding, event, handlers });
    } catch (thrown) {
      this.lanes.run(holding.key, { holding, thrown });
    }
  }

  private untilSettled(accepted: Accepted): Promise<unknown> {
    const { holding } = accepted;
    return 'thrown' in accepted ? this.attempts.refuse(holding, accepted.thrown) : this.dispatch(holding, accepted);
  }

  private dispatch(holding: Holding, { event, handlers }: ReadEvent): Promise<unknown> {
    const undone = holding.isNoted
      ? handlers.filter(({ name }) => holding.notes.get(noteField(holding.entry.id, name)) !== DONE)
      : handlers;
    const [first, second] = undone;
    if (!first) return this.attempts.passOver(holding, event, handlers);
    holding.openHandlers = undone.length;
    if (!second) return this.attempts.untilSettled(holding, event, first, handlers);
    return Promise.all(undone.map((handler) => this.attempts.untilSettled(holding, event, handler, handlers)));
  }
}
