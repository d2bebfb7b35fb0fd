import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EventsObserver, type Observation } from 'nestjs-event-streams';
import { LineLimit } from 'nestjs-event-streams/internal';
import { bounded } from 'nestjs-event-streams/text';
import { ShopLogger } from './shop-logger.js';

/** Observations of single deliveries. What concerns a whole stream or group is logged by the library itself. */
const FAILURES = ['retried', 'failure-acknowledged', 'dead-lettered', 'abandoned'] as const;

type Logged = Extract<Observation, { kind: (typeof FAILURES)[number] | 'handled' }>;

/** The maximum length, in a line, of an event's key and type and of an error's message. */
const MAX_PART_LENGTH = 500;

/** Writes a line for each event that is handled, retried or dead-lettered. The lines about failures of one handler are limited. */
@Injectable()
export class EventLog implements OnApplicationShutdown {
  private readonly limits = {
    retried: this.limit('warn', 'more failures that are retried'),
    'dead-lettered': this.limit('error', 'more dead letters'),
    abandoned: this.limit('warn', 'more events that were abandoned'),
  };

  constructor(
    observer: EventsObserver,
    private readonly logger: ShopLogger,
  ) {
    const kinds = logger.isEnabled('info') ? [...FAILURES, 'handled' as const] : FAILURES;
    observer.subscribe((observation) => {
      this.write(observation);
    }, kinds);
  }

  /** The consumer has stopped by now. */
  onApplicationShutdown(): void {
    for (const limit of Object.values(this.limits)) limit.flush();
  }

  private limit(level: 'warn' | 'error', what: string): LineLimit {
    return new LineLimit((handler, count) => {
      this.logger.event(level, `${handler}: ${String(count)} ${what}`, { handler });
    });
  }

  private write(observation: Logged): void {
    const { kind, handler } = observation;
    if (kind in this.limits && !this.limits[kind as keyof typeof this.limits].admits(handler)) return;
    switch (observation.kind) {
      case 'handled':
        this.logger.event('info', `handled ${subject(observation)} in ${ms(observation.durationMs)}`, {
          ...fields(observation),
          published: observation.published,
        });
        break;
      case 'retried': {
        const { error, delayMs } = observation;
        this.logger.event('warn', `failed ${subject(observation)}: ${part(error.message)}. Retry in ${ms(delayMs)}`, {
          ...fields(observation),
          error: part(error.name),
        });
        break;
      }
      case 'failure-acknowledged':
        this.logger.event(
          'info',
          `acknowledged despite its failure ${subject(observation)}: ${part(observation.error.message)}`,
          {
            ...fields(observation),
            error: part(observation.error.name),
          },
        );
        break;
      case 'dead-lettered': {
        const { eventType, partitionKey, attempt, reason, error, stream, id, handler } = observation;
        this.logger.event(
          'error',
          `dead letter of ${part(eventType ?? `entry ${id}`)} ${part(partitionKey ?? '')}: ${reason} after attempt ${String(attempt)}: ${part(error.message)}. ` +
            `See ${stream}:dead-letters`,
          {
            stream,
            entry_id: id,
            handler,
            event_type: eventType && part(eventType),
            partition_key: partitionKey && part(partitionKey),
            attempt,
            error: part(error.name),
          },
        );
        break;
      }
      case 'abandoned':
        this.logger.event(
          'warn',
          `abandoned ${observation.stream} ${observation.id}: ${part(observation.error.message)}`,
          {
            handler: observation.handler,
            error: part(observation.error.name),
          },
        );
    }
  }
}

type AboutEvent = Extract<Observation, { kind: 'handled' | 'retried' | 'failure-acknowledged' }>;

/** `order_placed 47e64b89… → payment_processed`, with the number of the attempt if it is not the first. */
function subject(observation: AboutEvent): string {
  const { eventType, partitionKey, attempt } = observation;
  const published = observation.kind === 'handled' ? observation.published : [];
  return [
    part(eventType),
    part(partitionKey ?? ''),
    ...(published.length === 0 ? [] : ['→', published.join(', ')]),
    ...(attempt === 1 ? [] : [`(attempt ${String(attempt)})`]),
  ].join(' ');
}

function fields({ stream, id, handler, eventType, eventId, partitionKey, attempt, durationMs }: AboutEvent) {
  return {
    stream,
    entry_id: id,
    handler,
    event_type: part(eventType),
    event_id: part(eventId),
    partition_key: partitionKey && part(partitionKey),
    attempt,
    duration_ms: Math.round(durationMs * 10) / 10,
  };
}

function part(text: string): string {
  return bounded(text, MAX_PART_LENGTH);
}

function ms(duration: number): string {
  return `${duration < 10 ? duration.toFixed(1) : duration.toFixed(0)} ms`;
}
