import type { LoggerService } from '@nestjs/common';
import { safe } from 'nestjs-event-streams/text';
import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { allSecrets } from './secret-settings.js';

/** Options of {@link ShopLogger}. */
export interface LoggerOptions {
  /** The name of the app in each line. */
  app: string;
  format: 'pretty' | 'json';
  level: 'debug' | 'info' | 'warn' | 'error';
}

/** The paths of values that are never logged. */
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

/** The logger of all apps: one line per message, as text or JSON, even if the message contains text from outside. */
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

  /** Whether lines of this level are written. If not, the caller need not build them. */
  isEnabled(level: 'info' | 'warn' | 'error'): boolean {
    return this.logger.isLevelEnabled(level);
  }

  /** Writes a line with structured fields. */
  event(level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void {
    this.logger[level](fields, message);
  }

  log(message: unknown, ...rest: unknown[]): void {
    // The lines of Nest's start-up are only useful to developers.
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

  /** Nest passes the context as the last argument, and for errors the stack before it. */
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

/** JSON lines. Control characters that JSON allows unescaped are escaped, which does not change the meaning of the JSON. */
function escaped(): DestinationStream {
  const output = pino.destination({ fd: STDOUT, sync: true });
  return {
    write(line) {
      output.write(`${safe(line.slice(0, -1))}\n`);
    },
  };
}

/** Lines for people: time, level and message. */
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
