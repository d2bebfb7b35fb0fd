import { acceptedOf, laneOf, type Accepted, type Unread } from './dispatch/accepted.js';
import { Aside, type Redelivery, type Ticket } from './dispatch/aside.js';
import type { Attempts } from './dispatch/attempts.js';
import { Lanes } from './dispatch/lanes.js';
import type { Pause } from './dispatch/pauses.js';
import { isSealed, type ReadEvent, type SealedEvent } from './dispatch/read-event.js';
import type { Holding, Holdings } from './read/holdings.js';
import type { Stopping } from './read/stopping.js';
import { DONE, noteField } from './settle/delivery-notes.js';

/** The way of an event, from the stream's entry to its settlement: decode → validate → dispatch → settle. */
export class Pipeline {
  private readonly aside: Aside;
  private readonly lanes: Lanes<Accepted, Ticket>;
  private readonly forget: () => void;

  /** @param stopping ends the waiting of what was set aside: others get it */
  constructor(
    private readonly holdings: Holdings,
    private readonly attempts: Attempts,
    stopping: Stopping,
  ) {
    this.aside = new Aside(holdings, stopping, (lane, accepted) => {
      this.lanes.resume(lane, accepted);
    });
    this.lanes = new Lanes<Accepted, Ticket>(
      (accepted) => this.untilSettled(accepted),
      (accepted) => this.end(accepted),
      this.aside,
    );
    const { lanes } = this;
    this.forget = holdings.relieveBy({
      get keys() {
        return lanes.size;
      },
      relieve(share) {
        lanes.relieve(share);
      },
      setAsidePaused(most) {
        return attempts.pauses.setAside(most);
      },
    });
  }

  /** Says where entries of a stream come from, when they were set aside. */
  comesFrom(stream: string, source: Redelivery): void {
    this.aside.comesFrom(stream, source);
  }

  /** Nothing more is accepted: what was set aside is somebody else's. */
  close(): void {
    this.forget();
    this.aside.close();
  }

  /** Takes an entry that was read; what comes of it is settled in Redis. Never throws. */
  accept(holding: Holding): void {
    if (!this.holdings.add(holding)) return;
    const accepted = acceptedOf(holding);
    this.lanes.run(laneOf(accepted), accepted);
  }

  /** @returns by what it is found again, where it was set aside */
  private end(accepted: Accepted): Ticket | undefined {
    const { holding } = accepted;
    if (holding.setAsideIn) return this.aside.rest(accepted, holding.setAsideIn);
    this.holdings.remove(holding);
    return undefined;
  }

  private untilSettled(accepted: Accepted): Promise<unknown> {
    const { holding } = accepted;
    if ('thrown' in accepted) return this.attempts.refuse(holding, accepted.thrown);
    if ('event' in accepted) return this.dispatch(holding, accepted, accepted.left);
    return 'toOpen' in accepted ? this.open(holding, accepted.toOpen, accepted.left) : this.readAlone(accepted);
  }

  private async readAlone({ holding, left }: Unread): Promise<void> {
    const read = await this.attempts.readAlone(holding);
    if (read) await (isSealed(read) ? this.open(holding, read, left) : this.dispatch(holding, read, left));
  }

  private async open(holding: Holding, sealed: SealedEvent, left?: readonly Pause[]): Promise<void> {
    const read = await this.attempts.open(holding, sealed);
    if (read) await this.dispatch(holding, read, left);
  }

  private dispatch(holding: Holding, { event, handlers }: ReadEvent, left?: readonly Pause[]): Promise<unknown> {
    const undone = holding.isNoted
      ? handlers.filter(({ name }) => holding.notes.get(noteField(holding.entry.id, name)) !== DONE)
      : handlers;
    const [first, second] = undone;
    if (!first) return this.attempts.passOver(holding, event, handlers);
    holding.openHandlers = undone.length;
    if (!second) return this.attempts.untilSettled(holding, event, first, handlers, left);
    return Promise.all(undone.map((handler) => this.attempts.untilSettled(holding, event, handler, handlers, left)));
  }
}
