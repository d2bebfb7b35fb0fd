import { decodeToHandle } from './decode/decode.js';
import { Delivery } from './dispatch/delivery.js';
import { withinTimeLimit } from './dispatch/time-limit.js';
import type { Lanes } from './dispatch/lanes.js';
import type { Slots } from './dispatch/slots.js';
import type { EventRoute, RegisteredHandler } from './dispatch/subscriptions.js';
import type { EventEnvelope } from './envelope/event-envelope.js';
import { EventParkedError, HandlerGoneError, TransactionConflictError } from './errors.js';
import type { EventsObserver } from './observe/events-observer.js';
import type { Holding, Holdings } from './read/holdings.js';
import { DONE, noteField, parseNote, type FailureNote } from './settle/delivery-notes.js';
import { outcomeBeforehand, outcomeOf, outcomeOfUnreadable, type Outcome } from './settle/outcome.js';
import { NO_HANDLER, type Settler, type Share } from './settle/settler.js';
import type { Stopping } from './read/stopping.js';
import type { Transaction, TransactionContext } from './transaction/transaction.js';
import { validate } from './validate/validate.js';

/** What every transaction of this worker shares. */
export type TransactionParts = Pick<TransactionContext, 'client' | 'keyspace' | 'source' | 'limits'>;

/** Runs of a transaction that others' commits keep invalidating, before it makes room for a while. */
const MOST_RUNS = 20;

/** The way of an event, from the stream's entry to its settlement: decode → validate → dispatch → settle. */
export class Pipeline {
  constructor(
    private readonly address: { group: string; consumer: string },
    private readonly holdings: Holdings,
    private readonly lanes: Lanes,
    private readonly slots: Slots,
    private readonly settler: Settler,
    private readonly transactions: TransactionParts,
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
  ) {}

  /** Takes an entry that was read; what comes of it is settled in Redis. Never throws. */
  accept(holding: Holding): void {
    if (!this.holdings.add(holding)) return;
    let event: EventEnvelope<object>;
    let route: EventRoute;
    try {
      ({ event, route } = read(holding));
    } catch (error) {
      void this.refuse(holding, error as Error).finally(() => {
        this.holdings.remove(holding);
      });
      return;
    }
    // Without a key there is no order to keep: the entry has a lane of its own.
    this.lanes.run(event.partition_key ?? `${holding.stream} ${holding.entry.id}`, () =>
      this.dispatch(holding, event, route.handlers).finally(() => {
        this.holdings.remove(holding);
      }),
    );
  }

  private async refuse(holding: Holding, error: Error): Promise<void> {
    const share: Share = {
      holding,
      event: undefined,
      handler: NO_HANDLER,
      parksKey: false,
      open: new Set([NO_HANDLER]),
      handlers: [NO_HANDLER],
    };
    await this.carryOut(share, outcomeOfUnreadable(error), { failures: 1, firstFailureMs: Date.now(), crashes: 0 });
  }

  private async dispatch(
    holding: Holding,
    event: EventEnvelope<object>,
    handlers: readonly RegisteredHandler[],
  ): Promise<void> {
    const names = handlers.map(({ name }) => name);
    const { id } = holding.entry;
    const undone = handlers.filter(({ name }) => holding.notes.get(noteField(id, name)) !== DONE);
    const open = new Set(undone.map(({ name }) => name));
    if (undone.length === 0) {
      const nobody = { handler: NO_HANDLER, parksKey: false, open: new Set([NO_HANDLER]) };
      const share: Share = { ...nobody, holding, event, handlers: names };
      await this.settler.commit(share, undefined).catch(() => undefined);
      return;
    }
    await Promise.all(
      undone.map((handler) => {
        const { name, parksKey } = handler;
        return this.untilSettled({ holding, event, handler: name, parksKey, open, handlers: names }, handler);
      }),
    );
  }

  private async untilSettled(
    share: Share & { event: EventEnvelope<object> },
    handler: RegisteredHandler,
  ): Promise<void> {
    const { holding } = share;
    let note = parseNote(holding.notes.get(noteField(holding.entry.id, handler.name)), Date.now());
    while (!this.isOver(holding)) {
      // What two workers have not come to an end of may have been their end: nothing else is to suffer from it.
      const release = await this.slots.acquire(holding.isSuspect);
      let outcome: Outcome;
      try {
        if (this.isOver(holding)) return;
        outcome = await this.attemptIfSensible(share, handler, note);
      } finally {
        release();
      }
      if ((outcome.kind === 'retry' && outcome.counts) || isFailure(outcome)) {
        note = { ...note, failures: note.failures + 1 };
      }
      const waitMs = await this.carryOut(share, outcome, note);
      if (waitMs === undefined) return;
      await this.stopping.orAfter(waitMs);
    }
  }

  /** One attempt, unless something is known beforehand that makes it senseless. */
  private async attemptIfSensible(
    share: Share & { event: EventEnvelope<object> },
    handler: RegisteredHandler,
    note: FailureNote,
  ): Promise<Outcome> {
    const { holding, event } = share;
    try {
      const isParked = await this.settler.isParked(share);
      const crashes = holding.isSuspect ? note.crashes : 0;
      const known = outcomeBeforehand(handler.name, { crashes, isParked, key: event.partition_key });
      if (known) return known;
      // Written down before it begins: of a crash nobody would be left to tell.
      if (holding.isSuspect) await this.settler.note(share, { ...note, crashes: note.crashes + 1 });
    } catch (error) {
      return outcomeOf(error, note.failures + 1, handler.retry, Math.random());
    }
    return this.attempt(share, handler, note.failures + 1);
  }

  /** Whether nothing is begun any more with this delivery. */
  private isOver(holding: Holding): boolean {
    return this.stopping.isStopping || holding.isLost;
  }

  /** Runs the handler once and commits; a transaction whose reads no longer hold runs again at once. */
  private async attempt(
    share: Share & { event: EventEnvelope<object> },
    handler: RegisteredHandler,
    attempt: number,
  ): Promise<Outcome> {
    const { holding, event } = share;
    const { stream, id } = holding.origin ?? { stream: holding.stream, id: holding.entry.id };
    const info = { stream, id, ...this.address, handler: handler.name, attempt };
    const started = performance.now();
    try {
      let conflict = '';
      for (let run = 1; run <= MOST_RUNS; run += 1) {
        let transaction: Transaction | undefined;
        await withinTimeLimit(handler.name, handler.timeoutMs, holding.signal, async (signal) => {
          const delivery = new Delivery(info, signal, { ...this.transactions, cause: event, handler: handler.name });
          await handler.invoke(eventFor(share), delivery);
          transaction = delivery.usedTransaction;
        });
        const result = await this.settler.commit(share, transaction);
        switch (result.status) {
          case 'done':
            this.observer.emit({
              kind: 'handled',
              ...this.about(share),
              attempt,
              durationMs: performance.now() - started,
              published: transaction?.events.map(({ type }) => type) ?? [],
            });
            return { kind: 'commit' };
          case 'parked':
            throw new EventParkedError(event.partition_key ?? '');
          case 'conflict':
            conflict = result.key;
            this.observer.emit({ kind: 'conflict', ...this.about(share), attempt, conflictingKey: conflict });
        }
      }
      throw new TransactionConflictError(MOST_RUNS, conflict);
    } catch (error) {
      const outcome = outcomeOf(error, attempt, handler.retry, Math.random(), handler.errors);
      if (outcome.kind === 'ignore') {
        const durationMs = performance.now() - started;
        this.observer.emit({ kind: 'ignored', ...this.about(share), attempt, durationMs, error: outcome.error });
      }
      if (outcome.kind === 'retry') {
        const { counts, delayMs } = outcome;
        const durationMs = performance.now() - started;
        this.observer.emit({
          kind: 'retried',
          ...this.about(share),
          attempt,
          durationMs,
          error: outcome.error,
          delayMs,
          counts,
        });
      }
      return outcome;
    }
  }

  /**
   * Carries an outcome out.
   *
   * @returns after how many milliseconds to try again; undefined when the delivery is settled, or not ours any more
   */
  private async carryOut(share: Share, outcome: Outcome, note: FailureNote): Promise<number | undefined> {
    const { stream, entry } = share.holding;
    const { group } = this.address;
    const where = { stream, id: entry.id, group, handler: share.handler };
    try {
      switch (outcome.kind) {
        case 'commit':
          return undefined; // the attempt has committed: a conflict must run the handler again
        case 'retry':
          if (outcome.counts || share.holding.isSuspect) await this.settler.note(share, note);
          return outcome.delayMs;
        case 'dead-letter': {
          const { reason, error } = outcome;
          // What was to follow parked events goes on at once when there are none any more.
          if (!(await this.settler.deadLetter(share, reason, error, note))) return 0;
          const { event } = share;
          // prettier-ignore
          this.observer.emit({ kind: 'dead-lettered', ...where, event_type: event?.event_type, event_id: event?.event_id,
            key: event?.partition_key, attempt: note.failures, reason, error });
          return undefined;
        }
        case 'ignore':
          await this.settler.commit(share, undefined);
          return undefined;
        case 'abandon':
          this.observer.emit({ kind: 'abandoned', ...where, error: outcome.error });
          return undefined;
      }
    } catch (thrown) {
      // Lost to another consumer, or Redis stayed away beyond the shutdown's deadline: it is pending, and taken over.
      this.observer.emit({ kind: 'abandoned', ...where, error: thrown as Error });
      return undefined;
    }
  }

  private about({ holding, event, handler }: Share & { event: EventEnvelope<object> }) {
    const { event_type, event_id, partition_key: key } = event;
    return {
      stream: holding.stream,
      id: holding.entry.id,
      group: this.address.group,
      handler,
      event_type,
      event_id,
      key,
    };
  }
}

/** Whether the handler has failed for good; what is parked was not tried. */
function isFailure(outcome: Outcome): boolean {
  return outcome.kind === 'dead-letter' && outcome.reason !== 'parked' && outcome.reason !== 'crashed';
}

/** The event of an entry, and who gets it. @throws what makes it a dead letter */
function read(holding: Holding): { event: EventEnvelope<object>; route: EventRoute } {
  const event = decodeToHandle(holding.entry.fields ?? []);
  const route = routeOf(holding, event);
  if (route.handlers.length === 0) return { event, route };
  return { event: { ...event, data: validate(route.event, event.data) }, route };
}

/** Each run gets an event of its own: an earlier one may have changed what it was given. */
function eventFor({ holding, event }: Share & { event: EventEnvelope<object> }): EventEnvelope<object> {
  const { data } = holding.isGiven ? read(holding).event : event;
  holding.isGiven = true;
  return { ...event, data };
}

/** Who gets the event: all handlers of its type, or, replayed, the one that failed. */
function routeOf({ subscription, origin }: Holding, event: EventEnvelope<object>): EventRoute {
  const route = subscription.routeOf(event.event_type, event.version);
  if (!origin || origin.handler === NO_HANDLER) return route;
  const handlers = route.handlers.filter(({ name }) => name === origin.handler);
  if (handlers.length > 0) return { ...route, handlers };
  throw new HandlerGoneError(origin.handler, event.event_type);
}
