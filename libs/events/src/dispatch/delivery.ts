import { Transaction, type TransactionContext } from '../transaction/transaction.js';

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

/** One try of one handler at one event. */
export class Delivery implements DeliveryInfo {
  readonly stream: string;
  readonly id: string;
  readonly group: string;
  readonly consumer: string;
  readonly handler: string;
  readonly attempt: number;
  private used: Transaction | undefined;

  constructor(
    info: DeliveryInfo,
    /** Aborted when the delivery is no longer this consumer's, or the shutdown's deadline is over. */
    readonly signal: AbortSignal,
    private readonly context: TransactionContext,
  ) {
    this.stream = info.stream;
    this.id = info.id;
    this.group = info.group;
    this.consumer = info.consumer;
    this.handler = info.handler;
    this.attempt = info.attempt;
  }

  /** Effects on Redis that are applied exactly once, together with the acknowledgement. */
  get transaction(): Transaction {
    this.used ??= new Transaction(this.context);
    return this.used;
  }

  /** The transaction, if the handler used it. */
  get usedTransaction(): Transaction | undefined {
    return this.used;
  }
}
