import { Logger } from '@nestjs/common';

/** What was logged, a line each. */
export interface Logs {
  warnings: string[];
  errors: string[];
}

/** Collects what this process logs from now on; call it after the workers have started, which choose their logger. */
export function collectLogs(): Logs {
  const logs: Logs = { warnings: [], errors: [] };
  Logger.overrideLogger({
    log: () => undefined,
    warn: (message: unknown) => logs.warnings.push(String(message)),
    error: (message: unknown) => logs.errors.push(String(message)),
  });
  return logs;
}
