import type { EventEnvelope } from '../model/event-envelope.js';
import type { Transaction } from '../transaction/transaction.js';
import { endTransaction, isSpeculative } from '../transaction/transaction-run.js';
import { WorkerTransaction, type TransactionParts } from '../transaction/worker-transaction.js';

/** Tells when a delivery is no longer this consumer's. */
export interface Loss {
  /** The reason of the loss; undefined while the delivery is this consumer's. */
  readonly lostBecause: Error | undefined;
  onLost(listener: (reason: Error) => void): void;
}

/** For the worker alone, so no method: the run of the handler is over. @returns its transaction, if it used one */
export let endRun: (delivery: Delivery) => WorkerTransaction | undefined;
/**
 * For the worker alone: the handler has exceeded its time limit. What it still does has no effect on Redis.
 *
 * @param ended resolves when the handler has really ended
 */
export let expire: (delivery: Delivery, error: Error, ended: Promise<void>) => void;
/** For the worker alone: the `ended` of {@link expire}; undefined where the handler kept its time limit. */
export let overrunOf: (delivery: Delivery) => Promise<void> | undefined;
/** For the worker alone: whether {@link Delivery.acknowledgeOnFailure} was called. */
export let isAcknowledgedOnFailure: (delivery: Delivery) => boolean;
/** For the worker alone: whether its transaction has read a value that may never be committed. */
export let isSpeculativeRun: (delivery: Delivery) => boolean;

/** One attempt of one handler at one event, as the handler gets it. If a conflict makes the handler run again, that run gets another one. */
export class Delivery {
  static {
    endRun = (delivery) => {
      delivery.isOver = true;
      if (delivery.used) endTransaction(delivery.used);
      return delivery.used;
    };
    expire = (delivery, error, ended) => {
      endRun(delivery);
      delivery.ended = ended;
      delivery.timeUp = error;
      delivery.controller?.abort(error);
    };
    overrunOf = (delivery) => delivery.ended;
    isAcknowledgedOnFailure = ({ acknowledgesOnFailure }) => acknowledgesOnFailure;
    isSpeculativeRun = ({ used }) => used !== undefined && isSpeculative(used);
  }

  /** The consumer group. */
  readonly group: string;
  /** The worker's name in the group. */
  readonly consumer: string;
  private used: WorkerTransaction | undefined;
  private controller: AbortController | undefined;
  private timeUp: Error | undefined;
  private ended: Promise<void> | undefined;
  private isOver = false;
  private acknowledgesOnFailure = false;

  /**
   * @param readsPlainly whether only Redis answers the reads of its transaction
   * @internal
   */
  constructor(
    /** The stream's key: `ecommerce:orders`. */
    readonly stream: string,
    /** The entry's id. */
    readonly id: string,
    address: { group: string; consumer: string },
    /** `OrderHandlers.onOrderPlaced` */
    readonly handler: string,
    /** 1 for the first attempt; the count survives a crash. */
    readonly attempt: number,
    private readonly cause: EventEnvelope<object>,
    private readonly loss: Loss,
    private readonly parts: TransactionParts,
    private readonly readsPlainly = false,
  ) {
    this.group = address.group;
    this.consumer = address.consumer;
  }

  /**
   * Aborted when the delivery is no longer this consumer's, the handler has exceeded its time limit, or the shutdown's deadline has
   * passed. It is made on first use: few handlers ask for it.
   */
  get signal(): AbortSignal {
    if (!this.controller) {
      const controller = new AbortController();
      this.controller = controller;
      const reason = this.timeUp ?? this.loss.lostBecause;
      if (reason) controller.abort(reason);
      else this.loss.onLost((why) => { controller.abort(why); }); // prettier-ignore
    }
    return this.controller.signal;
  }

  /** Effects on Redis that are applied exactly once, together with the acknowledgement. */
  get transaction(): Transaction {
    if (!this.used) {
      this.used = new WorkerTransaction(this.parts, this.cause, this.handler, this.readsPlainly);
      if (this.isOver) endTransaction(this.used);
    }
    return this.used;
  }

  /**
   * If this attempt fails, the event is acknowledged without effects, as by the rule `action: 'acknowledge'`. For exception filters. An
   * attempt that succeeds is committed as usual.
   */
  acknowledgeOnFailure(): void {
    this.acknowledgesOnFailure = true;
  }
}
