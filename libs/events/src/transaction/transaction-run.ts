import type { TransactionEffects } from './effects.js';
import type { WorkerTransaction } from './worker-transaction.js';

// What the worker does with a transaction: functions and no methods, so that a handler cannot end its own.

const NONE: readonly never[] = [];

/** What the transaction has read, written and published so far. */
export function effectsOf({ tracked, buffered, outbox }: WorkerTransaction): TransactionEffects {
  return {
    reads: tracked?.list ?? NONE,
    writes: buffered?.list ?? NONE,
    events: outbox?.events ?? NONE,
    unsealed: outbox?.unsealed ?? NONE,
  };
}

/** The run is over: every method throws from now on. */
export function endTransaction(transaction: WorkerTransaction): void {
  transaction.isOver = true;
  transaction.tracked?.end();
}

/** The transaction is being committed. From now on others of this worker may read what it writes. */
export function handOver(transaction: WorkerTransaction): TransactionEffects {
  const effects = effectsOf(transaction);
  transaction.number = transaction.parts.reads.written.handOver(effects.writes);
  return effects;
}

/** The run is over, and nothing of it was or will be applied. */
export function rollBack(transaction: WorkerTransaction): void {
  endTransaction(transaction);
  const { number, parts } = transaction;
  if (number === undefined) return;
  const { reads, writes } = effectsOf(transaction);
  parts.reads.written.takeBack(number, reads, writes);
}

/** Whether it has read a value that may never be committed. */
export function isSpeculative({ tracked }: WorkerTransaction): boolean {
  return tracked?.isSpeculative === true;
}
