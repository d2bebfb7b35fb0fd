import { Logger } from '@nestjs/common';
// Also in tests without a module: the library's lines go to Nest's logger.
import '../src/nest/nest-logger.js';

/** What was logged, a line each. */
export interface Logs {
  warnings: string[];
  errors: string[];
  /** What errors were logged with. */
  stacks: string[];
}

/** Collects what this process logs from now on; call it after the workers have started, which choose their logger. */
export function collectLogs(): Logs {
  const logs: Logs = { warnings: [], errors: [], stacks: [] };
  Logger.overrideLogger({
    log: () => undefined,
    warn: (message: unknown) => logs.warnings.push(String(message)),
    error: (message: unknown, stack?: unknown) => {
      logs.errors.push(String(message));
      // Nest gives the context last.
      if (typeof stack === 'string' && stack.includes('\n')) logs.stacks.push(stack);
    },
  });
  return logs;
}
