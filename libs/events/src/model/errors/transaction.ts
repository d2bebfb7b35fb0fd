import { EventsError } from './events-error.js';

/** Other commits changed what the transaction had read, each time it was run. The event is retried later. */
export class TransactionConflictError extends EventsError {
  constructor(
    /** How often the handler was run. */
    readonly runs: number,
    /** The key in Redis that others changed. */
    readonly redisKey: string,
  ) {
    super(`The transaction met a change of ${redisKey} in each of ${String(runs)} runs`);
  }
}

/**
 * A method of a transaction was called when the run of its handler was over, such as after a forgotten `await`. It has no
 * effect, and the log says so.
 */
export class TransactionOverError extends EventsError {
  constructor(
    /** `OrderHandlers.onOrderPlaced` */
    readonly handler: string,
    /** `hset` */
    readonly method: string,
  ) {
    super(
      `${handler} called ${method} of its transaction when its run was over: nothing of that is applied. ` +
        'Await everything before the handler returns, and stop when delivery.signal is aborted',
    );
  }
}

/** A transaction that Redis could not apply whole, such as a hash write to a string key. Nothing of it was applied. */
export class TransactionRefusedError extends EventsError {}
