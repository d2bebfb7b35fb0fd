import { Logger } from '@nestjs/common';
import { safe, safeBlock } from './safe-text.js';

/**
 * Writes the library's lines by Nest's `Logger`. Each is one line, whatever of it came from outside: a stream's name, an event's
 * key, an error's message. Stacks keep their lines, which are indented.
 */
export class SafeLogger {
  private readonly logger: Logger;

  /** @param context who says it */
  constructor(context: string) {
    this.logger = new Logger(context);
  }

  debug(message: string): void {
    this.logger.debug(safe(message));
  }

  log(message: string): void {
    this.logger.log(safe(message));
  }

  warn(message: string): void {
    this.logger.warn(safe(message));
  }

  error(message: string, stack?: string): void {
    if (stack === undefined) this.logger.error(safe(message));
    else this.logger.error(safe(message), safeBlock(stack));
  }
}
