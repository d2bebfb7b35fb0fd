import { inspect } from 'node:util';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hostList, protect } from '@shop/access';
import { ConfigurationError } from 'nestjs-event-streams';
import { safeBlock, safeLines } from 'nestjs-event-streams/text';
import { EnvironmentError, readConfiguration, type ServiceConfiguration } from './configuration.js';
import { BoundedAdapter } from './requests/bounded-adapter.js';
import { parseBodies } from './requests/bodies.js';
import { ServiceModule, type ServiceDefinition } from './service.module.js';
import { ShopLogger } from './shop-logger.js';
import { PrometheusReader } from './telemetry/prometheus-reader.js';
import { startTelemetry } from './telemetry/telemetry.js';

/** The exit code of a process whose configuration is not valid (EX_CONFIG of sysexits.h). A restart would not help. */
const EXIT_CONFIG = 78;

/** How much longer the shutdown may take than the deadline of the handlers, in milliseconds. */
const SHUTDOWN_MARGIN_MS = 5000;

/** How long sending the last spans may take, in milliseconds. */
const FLUSH_DEADLINE_MS = 2000;

/** Runs an app of the shop until SIGTERM or SIGINT. If it cannot start, the process exits with a message. */
export async function runService<T extends ServiceConfiguration>(definition: ServiceDefinition<T>): Promise<void> {
  process.once('uncaughtException', (error) => {
    process.stderr.write(`${definition.name} exits because of an uncaught error:\n${safeBlock(inspect(error))}\n`);
    process.exit(1);
  });
  try {
    await start(definition);
  } catch (error) {
    process.stderr.write(`${safeText(`${definition.name} cannot start. ${explain(error)}`)}\n`);
    const isWrong = error instanceof EnvironmentError || error instanceof ConfigurationError;
    process.exit(isWrong ? EXIT_CONFIG : 1);
  }
}

async function start<T extends ServiceConfiguration>(definition: ServiceDefinition<T>): Promise<void> {
  const metrics = new PrometheusReader();
  const module = await ServiceModule.of(definition, metrics);
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = readConfiguration(definition.configuration, process.env);
  const tracing = await startTelemetry(definition.source, metrics, endpoint);
  const app = await NestFactory.create<NestExpressApplication>(module, new BoundedAdapter(), {
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
  });
  const logger = app.get(ShopLogger);
  app.useLogger(logger);
  app.flushLogs();
  app.disable('x-powered-by');
  if (tracing) app.use(tracing.middleware.bind(tracing));

  const configuration = app.get(definition.configuration);
  const { ALLOWED_HOSTS, HOST, PORT, SHUTDOWN_TIMEOUT_MS } = configuration;
  if (definition.protect) definition.protect(app);
  else protect(app, { names: hostList(ALLOWED_HOSTS), setting: 'ALLOWED_HOSTS' });
  parseBodies(app, definition.maxBodyBytes);
  await definition.prepare?.(app);

  await app.listen(PORT, definition.host?.(configuration) ?? HOST);
  logger.log(`${definition.name} listens on ${await app.getUrl()}`);

  const stop = (signal: NodeJS.Signals): void => {
    logger.log(`${signal}: stopping when the running handlers have finished`);
    // The process exits even if something hangs. Other workers claim its entries then.
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS + SHUTDOWN_MARGIN_MS).unref();
    const close = async (): Promise<void> => {
      await app.close();
      if (tracing) await within(FLUSH_DEADLINE_MS, tracing.shutdown());
    };
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** Waits until the work is done, has failed, or the time is over. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, ms))]);
}

/** A message of several lines. All but the first are indented, so that none looks like a line of the log. */
function safeText(message: string): string {
  const [first, ...rest] = safeLines(message);
  return [first, ...rest.map((line) => (line.startsWith(' ') ? line : `  ${line}`))].join('\n');
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') {
    return `Port ${String(port)} of ${String(address)} is in use: stop the program that uses it, or set PORT to another one`;
  }
  return error.message;
}
