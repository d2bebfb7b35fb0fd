import { Logger as NestLogger } from '@nestjs/common';
import { logByDefaultTo, type Logger } from '../log/logger.js';

/** Writes the library's lines by Nest's `Logger`, and so by the one that the application chooses. */
class LinesOfNest implements Logger {
  private readonly logger: NestLogger;

  constructor(context: string) {
    this.logger = new NestLogger(context);
  }

  debug(message: string): void {
    this.logger.debug(message);
  }

  log(message: string): void {
    this.logger.log(message);
  }

  warn(message: string): void {
    this.logger.warn(message);
  }

  error(message: string, stack?: string): void {
    if (stack === undefined) this.logger.error(message);
    else this.logger.error(message, stack);
  }
}

logByDefaultTo((context) => new LinesOfNest(context));
