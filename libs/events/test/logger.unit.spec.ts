import { afterEach, describe, expect, it, vi } from 'vitest';
import { logByDefaultTo, loggerOf, logTo, silentLogger, type LoggerFactory } from '../src/log/logger.js';
import { SafeLogger } from '../src/log/safe-logger.js';

/** What comes to a logger, `context: message` each. */
function collect(lines: string[]): LoggerFactory {
  const write = (context: string) => (message: string, stack?: string) => {
    lines.push(`${context}: ${message}${stack === undefined ? '' : `\n${stack}`}`);
  };
  return (context) => ({ debug: write(context), log: write(context), warn: write(context), error: write(context) });
}

describe('The log', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('goes to the console, a line each, and is safe to be written', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const error = vi.spyOn(console, 'error').mockReturnValue();
    const logger = new SafeLogger('Part');
    logger.warn('forged\nLOG [Part] all is well');
    logger.error('failed', 'Error: no\n    at somewhere');
    expect(warn.mock.calls).toEqual([['WARN [Part] forged\\u000aLOG [Part] all is well']]);
    expect(error.mock.calls).toEqual([['ERROR [Part] failed\n  Error: no\n      at somewhere']]);
  });

  it('goes where a framework says, and rather where the application says, from that moment on', () => {
    const framework: string[] = [];
    const application: string[] = [];
    const logger = new SafeLogger('Part');
    logByDefaultTo(collect(framework));
    logger.log('one');
    logTo(collect(application));
    logByDefaultTo(collect(framework));
    logger.log('two');
    logTo(silentLogger);
    logger.log('three');
    expect(loggerOf('Part')).toBe(silentLogger('Part'));
    expect([framework, application]).toEqual([['Part: one'], ['Part: two']]);
  });
});
