import { TransactionOverError } from '../model/errors/transaction.js';
import { LineLimit } from '../log/line-limit.js';
import { SafeLogger } from '../log/safe-logger.js';

const logger = new SafeLogger('Transaction');
const lines = new LineLimit((handler, count) => {
  logger.error(`${handler}: ${String(count)} more calls of transactions whose run was over`);
});

/** The error for a method that was called after the run. It is logged, too: the caller may be gone. */
export function lateCall(handler: string, method: string): TransactionOverError {
  const error = new TransactionOverError(handler, method);
  if (lines.admits(handler)) logger.error(error.message, error.stack);
  return error;
}

/** The same for a method that returns a promise. Its rejection ends no process, even if nobody awaits it. */
export function lateRead(handler: string, method: string): Promise<never> {
  const rejected = Promise.reject(lateCall(handler, method));
  rejected.catch(() => undefined);
  return rejected;
}
