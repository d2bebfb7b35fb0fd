import { loggerOf } from './logger.js';
import { safe, safeBlock } from './safe-text.js';

/** The name by which a worker's lines are found in the log, whichever part of the worker writes them. */
export const WORKER = 'EventWorker';

/**
 * Writes the library's lines. Each is one line, whatever of it came from outside: a stream's name, an event's key, an error's
 * message. Stacks keep their lines, which are indented.
 */
export class SafeLogger {
  /** @param context who says it */
  constructor(private readonly context: string) {}

  debug(message: string): void {
    loggerOf(this.context).debug(safe(message));
  }

  log(message: string): void {
    loggerOf(this.context).log(safe(message));
  }

  warn(message: string): void {
    loggerOf(this.context).warn(safe(message));
  }

  error(message: string, stack?: string): void {
    loggerOf(this.context).error(safe(message), stack === undefined ? undefined : safeBlock(stack));
  }
}
