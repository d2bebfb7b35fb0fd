import { TransactionOverError } from '../model/errors/transaction.js';
import { LineLimit } from '../log/line-limit.js';
import { SafeLogger } from '../log/safe-logger.js';

const logger = new SafeLogger('Transaction');
const lines = new LineLimit((handler, count) => {
  logger.error(`${handler}: ${String(count)} more calls of transactions whose run was over`);
});

/** The error of a method that was called when the run was over; who called it may hear of it by the log alone. */
export function lateCall(handler: string, method: string): TransactionOverError {
  const error = new TransactionOverError(handler, method);
  if (lines.admits(handler)) logger.error(error.message, error.stack);
  return error;
}

/** The same for a method that gives a promise: it rejects, and ends no process where nobody awaits it. */
export function lateRead(handler: string, method: string): Promise<never> {
  const rejected = Promise.reject(lateCall(handler, method));
  rejected.catch(() => undefined);
  return rejected;
}
