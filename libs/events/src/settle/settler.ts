import { isOutage, DeliveryLostError, TransactionRefusedError } from '../errors.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import type { Holding } from '../read/holdings.js';
import type { Keyspace } from '../stream/keyspace.js';
import type { SettleReply, StreamClient } from '../stream/stream-client.js';
import type { Transaction } from '../transaction/transaction.js';
import type { Acknowledger } from './acknowledger.js';
import { deadLetterFields } from '../dead-letters/dead-letter-fields.js';
import { DONE, formatNote, noteField, type FailureNote } from './delivery-notes.js';
import type { DeadLetterReason } from './outcome.js';
import { settleArguments, type Settlement } from './settle-arguments.js';

/** Stands for the handler of an entry that reached none: it could not be decoded, is not valid or not wanted. */
export const NO_HANDLER = '-';

const PAUSE_IN_OUTAGE_MS = 250;

/** One handler's share of a delivery. */
export interface Share {
  holding: Holding;
  /** Undefined for an entry that could not be decoded. */
  event: EventEnvelope<object> | undefined;
  handler: string;
  /** The handlers of this event that are not done yet, this one included. */
  open: Set<string>;
  /** All handlers of this event. */
  handlers: readonly string[];
}

/** Carries out in Redis what was decided about deliveries; the one place that does. */
export class Settler {
  /** @param isOver whether shutdown's deadline has passed: then an outage is not waited out any longer */
  constructor(
    private readonly client: StreamClient,
    private readonly acknowledger: Acknowledger,
    private readonly keyspace: Keyspace,
    private readonly address: { group: string; consumer: string },
    private readonly isOver: () => boolean,
  ) {}

  /**
   * Commits a handler's success with its transaction; the last handler of an event acknowledges it.
   *
   * @returns the key that changed under the transaction, which must run again; otherwise undefined
   * @throws DeliveryLostError when another consumer has the delivery; nothing was applied
   * @throws TransactionRefusedError when a write does not fit; nothing was applied
   */
  async commit(share: Share, transaction: Transaction | undefined): Promise<string | undefined> {
    const { holding, handlers } = share;
    if (
      (!transaction || transaction.isEmpty) &&
      handlers.length <= 1 &&
      !holding.isNoted &&
      !holding.channel.isReplay
    ) {
      await this.throughOutages(() => this.acknowledger.acknowledge(holding.stream, holding.entry.id));
      share.open.delete(share.handler);
      return undefined;
    }
    const reply = await this.settle(share, (settlement) =>
      transaction
        ? { ...settlement, reads: transaction.reads, writes: transaction.writes, events: transaction.events }
        : settlement,
    );
    return reply.status === 'conflict' ? reply.key : undefined;
  }

  /** Notes a failed attempt, so that the count survives a crash. @throws DeliveryLostError */
  async noteFailure(share: Share, note: FailureNote): Promise<void> {
    const { holding } = share;
    holding.isNoted = true;
    const reply = await this.run(share, { ...this.settlement(share), noteBecomes: formatNote(note) });
    if (reply.status === 'settled') throw new DeliveryLostError(`${holding.stream} ${holding.entry.id}`);
  }

  /** Moves the delivery, for this handler, to the stream's dead letters. @throws DeliveryLostError */
  async deadLetter(share: Share, reason: DeadLetterReason, error: Error, note: FailureNote): Promise<void> {
    const { holding, handler } = share;
    const fields = deadLetterFields(holding, this.address.group, handler, reason, error, note, new Date());
    const stream = this.keyspace.deadLetters(holding.subscription.stream);
    await this.settle(share, (settlement) => ({ ...settlement, events: [{ stream, fields }] }));
  }

  private settle(share: Share, complete: (settlement: Settlement) => Settlement): Promise<SettleReply> {
    return share.holding.settle(async () => {
      const isLast = share.open.size === 1;
      const settlement = complete({ ...this.settlement(share), noteBecomes: isLast ? undefined : DONE });
      const reply = await this.run(share, isLast ? withoutReplay(share.holding, settlement) : settlement);
      if (reply.status !== 'conflict') share.open.delete(share.handler);
      return reply;
    });
  }

  private settlement({ holding, event, handler, handlers }: Share): Settlement {
    const { id } = holding.entry;
    return {
      stream: holding.stream,
      notes: holding.channel.notes,
      ...this.address,
      id,
      eventId: event?.event_id ?? '',
      note: noteField(id, handler),
      noteBecomes: undefined,
      obsolete: handlers.map((name) => noteField(id, name)),
    };
  }

  /**
   * Once sent, a settlement is sent again until its fate is known. Then "settled already" means that it was applied; to
   * one that was sent once it means that somebody else has settled the delivery.
   */
  private async run({ holding }: Share, settlement: Settlement): Promise<SettleReply> {
    const { keys, values } = settleArguments(settlement);
    let sent = 0;
    const reply = await this.throughOutages(() => {
      sent += 1;
      return this.client.settle(keys, values);
    });
    if (reply.status === 'lost' || (reply.status === 'settled' && sent === 1)) {
      throw new DeliveryLostError(`${holding.stream} ${holding.entry.id}`);
    }
    if (reply.status === 'refused') throw new TransactionRefusedError(reply.why);
    return reply;
  }

  private async throughOutages<T>(command: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await command();
      } catch (error) {
        if (!isOutage(error) || this.isOver()) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_IN_OUTAGE_MS));
      }
    }
  }
}

/** A replayed entry has no history to keep: it goes with its acknowledgement. */
function withoutReplay({ channel, entry }: Holding, settlement: Settlement): Settlement {
  if (!channel.isReplay) return settlement;
  const removal = { command: 'XDEL', key: channel.key, type: 'stream', integer: '', args: [entry.id] } as const;
  return { ...settlement, writes: [...(settlement.writes ?? []), removal] };
}
