import type { LoggerService } from '@nestjs/common';
import { safe } from 'nestjs-event-streams/text';
import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { allSecrets } from './secret-settings.js';

/** How lines are written. */
export interface LoggerOptions {
  /** What the lines name as their app. */
  app: string;
  format: 'pretty' | 'json';
  level: 'debug' | 'info' | 'warn' | 'error';
}

/** Paths whose values never reach a log. */
const secretPaths = (): string[] => {
  const names = ['password', 'authorization', ...allSecrets()];
  return [...names, ...names.map((name) => `*.${name}`)];
};

const STDOUT = 1;

const BOOT_CONTEXTS = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** The logger of all apps: one line for each message, for people or as JSON, whatever of it came from outside. */
export class ShopLogger implements LoggerService {
  private readonly logger: Logger;

  constructor({ app, format, level }: LoggerOptions) {
    const options = { name: app, level, redact: secretPaths() };
    this.logger =
      format === 'json'
        ? pino(
            {
              ...options,
              timestamp: pino.stdTimeFunctions.isoTime,
              formatters: { level: (label) => ({ level: label }) },
            },
            escaped(),
          )
        : pino(options, readable());
  }

  /** Whether lines of this level are written: what nobody reads need not be put together. */
  tells(level: 'info' | 'warn' | 'error'): boolean {
    return this.logger.isLevelEnabled(level);
  }

  /** A line with fields of its own, for machines to read too. */
  event(level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void {
    this.logger[level](fields, message);
  }

  log(message: unknown, ...rest: unknown[]): void {
    // How Nest puts an app together is of no interest to who runs it.
    this.write(BOOT_CONTEXTS.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest gives the context last, and for errors the stack before it. */
  private write(
    level: 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    if (message instanceof Error) {
      this.logger[level]({ context, stack: message.stack }, message.message);
      return;
    }
    const stack = rest.length > 1 && typeof rest[0] === 'string' && rest[0].includes('\n') ? rest[0] : undefined;
    this.logger[level]({ context, stack }, typeof message === 'string' ? message : JSON.stringify(message));
  }
}

/** For machines: what JSON leaves as it is, and a terminal would obey, is escaped; to a program that is the same. */
function escaped(): DestinationStream {
  const output = pino.destination({ fd: STDOUT, sync: true });
  return {
    write(line) {
      output.write(`${safe(line.slice(0, -1))}\n`);
    },
  };
}

/** For people: time, level where it matters, what happened. */
function readable() {
  return pretty({
    sync: true,
    colorize: process.stdout.isTTY || Boolean(process.env['FORCE_COLOR']),
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: ({ msg }) => safe(String(msg)),
    ignore:
      'pid,hostname,name,context,stack,stream,entry_id,event_id,handler,event_type,key,attempt,duration_ms,published,error,security,address,path,user,left_out,method,route',
  });
}
