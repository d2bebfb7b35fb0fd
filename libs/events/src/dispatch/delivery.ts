import type { EventEnvelope } from '../envelope/event-envelope.js';
import { Transaction, type TransactionParts } from '../transaction/transaction.js';

/** Where a delivery came from, and how often it was tried. */
export interface DeliveryInfo {
  /** The stream's key: `ecommerce:orders`. */
  stream: string;
  /** The entry's id. */
  id: string;
  group: string;
  consumer: string;
  /** `OrderHandlers.onOrderPlaced` */
  handler: string;
  /** 1 for the first try; it goes on counting after a crash. */
  attempt: number;
}

/** Tells that a delivery is no longer this consumer's. */
export interface Loss {
  /** Why it was lost; undefined while it was not. */
  readonly lostBecause: Error | undefined;
  onLost(listener: (reason: Error) => void): void;
}

/** One try of one handler at one event. */
export class Delivery implements DeliveryInfo {
  readonly group: string;
  readonly consumer: string;
  private used: Transaction | undefined;
  private controller: AbortController | undefined;
  private timeUp: Error | undefined;

  constructor(
    readonly stream: string,
    readonly id: string,
    address: { group: string; consumer: string },
    readonly handler: string,
    readonly attempt: number,
    private readonly cause: EventEnvelope<object>,
    private readonly loss: Loss,
    private readonly parts: TransactionParts,
  ) {
    this.group = address.group;
    this.consumer = address.consumer;
  }

  /**
   * Aborted when the delivery is no longer this consumer's, the try's time is up, or the shutdown's deadline is over.
   * Made when it is asked for: few handlers do.
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
    this.used ??= new Transaction(this.parts, this.cause, this.handler);
    return this.used;
  }

  /** The transaction, if the handler used it. */
  get usedTransaction(): Transaction | undefined {
    return this.used;
  }

  /** The try has failed: what the handler still does has no effect on Redis. */
  expire(error: Error): void {
    this.timeUp = error;
    this.controller?.abort(error);
  }
}
