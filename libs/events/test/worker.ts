import { type INestApplicationContext, Logger, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import {
  EventConsumer,
  EventMonitor,
  EventProducer,
  EventsModule,
  EventsObserver,
  type EventsModuleOptions,
  type Observation,
} from 'nestjs-event-streams';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';

/** A Nest application with the library, as a user has it. */
export interface Worker extends AsyncDisposable {
  readonly app: INestApplicationContext;
  readonly producer: EventProducer;
  readonly monitor: EventMonitor;
  readonly consumer: EventConsumer;
  /** Everything that the library has told its observers so far. */
  readonly observations: Observation[];
  stop(): Promise<void>;
}

/** As the module's; `group: null` is for an application that only publishes. */
type WorkerOptions = Partial<Omit<EventsModuleOptions, 'group'>> & { group?: string | null };

/** What a worker of these tests is made of; times are short so that takeovers are seen soon. */
export async function startWorker(
  redisUrl: string,
  { group = 'testers', ...options }: WorkerOptions = {},
  providers: Provider[] = [],
): Promise<Worker> {
  @Module({
    imports: [
      TerminusModule,
      EventsModule.forRoot({
        redis: redisUrl,
        prefix: 'test',
        source: 'tester',
        ...(group === null ? {} : { group }),
        commandTimeoutMs: 2000,
        ...options,
        consumer: { blockMs: 100, claimAfterMs: 600, drainMs: 5000, ...options.consumer },
      }),
    ],
    providers: [EventsHealthIndicator, ...providers],
  })
  class Root {}
  const app = await NestFactory.createApplicationContext(Root, { logger: QUIET, abortOnError: false });
  const observations: Observation[] = [];
  app.get(EventsObserver).subscribe((observation) => observations.push(observation));
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= app.close());
  return {
    app,
    producer: app.get(EventProducer),
    monitor: app.get(EventMonitor),
    consumer: app.get(EventConsumer),
    observations,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Failures are provoked by the dozen; what a test does not look at is not printed. */
const QUIET: false | Logger = process.env['TEST_LOGS'] ? new Logger() : false;
