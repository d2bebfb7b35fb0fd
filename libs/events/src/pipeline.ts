import type { Attempts } from './dispatch/attempts.js';
import { Lanes } from './dispatch/lanes.js';
import { readEvent, type ReadEvent } from './dispatch/read-event.js';
import { isGroupMissing, isOutage, LeaseLostError } from './errors.js';
import type { Holding, Holdings } from './read/holdings.js';
import type { Stopping } from './read/stopping.js';
import { SafeLogger } from './safe-logger.js';
import { DONE, noteField } from './settle/delivery-notes.js';

/** An entry that was taken, and what it holds; or why nobody can read it. */
type Accepted = { holding: Holding } & (ReadEvent | { thrown: unknown });

/** Where entries wait that were set aside, by id: they are delivered to this worker, and not settled. */
export interface Redelivery {
  /** Says that a delivery has not begun. Never rejects. */
  setAside(holdings: readonly Holding[]): Promise<void>;
  /** Gets entries again, those that are still this worker's. */
  takeUp(ids: readonly string[]): Promise<Holding[]>;
}

interface Ticket {
  stream: string;
  id: string;
}

/** Of what was set aside so much is taken up at once; and where Redis is away, so long until it is tried again, in milliseconds. */
const TAKEN_UP_AT_ONCE = 100;
const PAUSE_MS = 250;

/** The way of an event, from the stream's entry to its settlement: decode → validate → dispatch → settle. */
export class Pipeline {
  private readonly logger = new SafeLogger(Pipeline.name);
  private readonly lanes = new Lanes<Accepted, Ticket>(
    (accepted) => this.untilSettled(accepted),
    ({ holding }) => {
      this.holdings.remove(holding);
    },
    { leave: ({ holding }) => this.putAside(holding), bring: (tickets) => this.bring(tickets) },
  );
  private readonly sources = new Map<string, Redelivery>();
  /** What was set aside in this turn of the event loop. */
  private leaving: Holding[] = [];
  private readonly forget: () => void;

  /** @param stopping ends the waiting of what was set aside: others get it. @default never */
  constructor(
    private readonly holdings: Holdings,
    private readonly attempts: Attempts,
    private readonly stopping?: Stopping,
  ) {
    const { lanes } = this;
    this.forget = holdings.relieveBy({
      get keys() {
        return lanes.size;
      },
      relieve(share) {
        lanes.relieve(share);
      },
    });
  }

  /** Says where entries of a stream come from, when they were set aside. */
  comesFrom(stream: string, source: Redelivery): void {
    this.sources.set(stream, source);
  }

  /** Nothing more is accepted: what was set aside is somebody else's. */
  close(): void {
    this.forget();
    for (const stream of this.sources.keys()) {
      for (const id of this.holdings.asideOf(stream)) this.holdings.forgetAside(stream, id);
    }
  }

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

  private putAside(holding: Holding): Ticket {
    if (this.leaving.length === 0) setImmediate(this.tellAside);
    this.leaving.push(holding);
    this.holdings.putAside(holding);
    return { stream: holding.stream, id: holding.entry.id };
  }

  private readonly tellAside = (): void => {
    const byStream = new Map<string, Holding[]>();
    for (const holding of this.leaving) {
      const own = byStream.get(holding.stream);
      if (own) own.push(holding);
      else byStream.set(holding.stream, [holding]);
    }
    this.leaving = [];
    for (const [stream, own] of byStream) void this.sources.get(stream)?.setAside(own);
  };

  /** The first of those that were set aside, as far as they came by one stream. */
  private async bring(tickets: readonly Ticket[]): Promise<{ items: Accepted[]; used: number }> {
    const stream = tickets[0]?.stream ?? '';
    const most = Math.max(1, Math.min(TAKEN_UP_AT_ONCE, Math.floor(this.holdings.roomToBring / 2)));
    let used = 1;
    while (used < most && tickets[used]?.stream === stream) used += 1;
    const ids = tickets.slice(0, used).map(({ id }) => id);
    for (;;) {
      if (this.stopping?.isStopping) return { items: [], used: tickets.length };
      try {
        const found = (await this.sources.get(stream)?.takeUp(ids)) ?? [];
        for (const id of ids) this.holdings.forgetAside(stream, id);
        return { items: this.stopping?.isStopping ? [] : this.takenUp(found), used };
      } catch (error) {
        if (isOutage(error) && !isGroupMissing(error)) {
          await this.stopping?.orAfter(PAUSE_MS);
          continue;
        }
        // They are pending, and taken over when their claims have run out.
        for (const id of ids) this.holdings.forgetAside(stream, id);
        if (!isGroupMissing(error) && !(error instanceof LeaseLostError)) {
          this.logger.error(
            `${String(used)} entries of ${stream} could not be read again: ${(error as Error).message}`,
          );
        }
        return { items: [], used };
      }
    }
  }

  private takenUp(found: readonly Holding[]): Accepted[] {
    const items: Accepted[] = [];
    for (const holding of found) {
      if (!this.holdings.add(holding)) continue;
      try {
        items.push({ holding, ...readEvent(holding) });
      } catch (thrown) {
        this.lanes.run(holding.key, { holding, thrown });
      }
    }
    return items;
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
