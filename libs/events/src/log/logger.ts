/**
 * Where the library's lines go. Every text is safe to be written: one line without control characters, and of a stack lines
 * that are indented.
 */
export interface Logger {
  /** For whoever looks for a fault. */
  debug(message: string): void;
  /** What is as it should be. */
  log(message: string): void;
  /** What was wrong and is being dealt with, such as a retry. */
  warn(message: string): void;
  /** What somebody should look at, such as a dead letter. @param stack lines, where there is an error */
  error(message: string, stack?: string): void;
}

/** Makes the logger of one part of the library. @param context its name, such as `EventWorker` */
export type LoggerFactory = (context: string) => Logger;

/** A line each, on the console: `WARN [EventWorker] …`. */
const consoleLogger: LoggerFactory = (context) => ({
  debug: (message) => {
    console.debug(`DEBUG [${context}] ${message}`);
  },
  log: (message) => {
    console.log(`LOG [${context}] ${message}`);
  },
  warn: (message) => {
    console.warn(`WARN [${context}] ${message}`);
  },
  error: (message, stack) => {
    console.error(`ERROR [${context}] ${message}${stack === undefined ? '' : `\n${stack}`}`);
  },
});

const nothing = (): void => undefined;
const SILENT: Logger = { debug: nothing, log: nothing, warn: nothing, error: nothing };

/** Writes nothing: `logTo(silentLogger)`. */
export const silentLogger: LoggerFactory = () => SILENT;

let chosen: LoggerFactory | undefined;
let byDefault = consoleLogger;
const loggers = new Map<string, Logger>();

/** Chooses where all lines of the library go in this process. @default the console; with `EventsModule` Nest's `Logger` */
export function logTo(factory: LoggerFactory): void {
  chosen = factory;
  loggers.clear();
}

/** Where lines go as long as nobody has chosen: for what embeds the library in a framework. */
export function logByDefaultTo(factory: LoggerFactory): void {
  byDefault = factory;
  loggers.clear();
}

/** The logger of a part, as it is chosen at this moment. */
export function loggerOf(context: string): Logger {
  let logger = loggers.get(context);
  if (!logger) loggers.set(context, (logger = (chosen ?? byDefault)(context)));
  return logger;
}
