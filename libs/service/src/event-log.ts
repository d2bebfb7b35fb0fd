import { Injectable } from '@nestjs/common';
import { EventsObserver, type Observation } from 'nestjs-event-streams';
import { ShopLogger } from './shop-logger.js';

/** The library itself logs what concerns a whole stream or group. */
const TROUBLE = ['retried', 'ignored', 'dead-lettered', 'abandoned'] as const;

type Logged = Extract<Observation, { kind: (typeof TROUBLE)[number] | 'handled' }>;

/** Writes one line for each event that is handled, tried again, or given up. */
@Injectable()
export class EventLog {
  constructor(
    observer: EventsObserver,
    private readonly logger: ShopLogger,
  ) {
    const kinds = logger.tells('info') ? [...TROUBLE, 'handled' as const] : TROUBLE;
    observer.subscribe((observation) => {
      this.write(observation);
    }, kinds);
  }

  private write(observation: Logged): void {
    switch (observation.kind) {
      case 'handled':
        this.logger.event('info', `handled ${subject(observation)} in ${ms(observation.durationMs)}`, {
          ...fields(observation),
          published: observation.published,
        });
        break;
      case 'retried': {
        const { error, delayMs } = observation;
        this.logger.event('warn', `failed ${subject(observation)}: ${error.message}. Next try in ${ms(delayMs)}`, {
          ...fields(observation),
          error: error.name,
        });
        break;
      }
      case 'ignored':
        this.logger.event('info', `passed over ${subject(observation)}: ${observation.error.message}`, {
          ...fields(observation),
          error: observation.error.name,
        });
        break;
      case 'dead-lettered': {
        const { event_type, key, attempt, reason, error, stream, id, handler } = observation;
        this.logger.event(
          'error',
          `gave up ${event_type ?? `entry ${id}`} ${key ?? ''} as ${reason} after attempt ${String(attempt)}: ${error.message}. ` +
            `See ${stream}:dead-letters`,
          { stream, entry_id: id, handler, event_type, key, attempt, error: error.name },
        );
        break;
      }
      case 'abandoned':
        this.logger.event('warn', `left ${observation.stream} ${observation.id}: ${observation.error.message}`, {
          handler: observation.handler,
          error: observation.error.name,
        });
    }
  }
}

type AboutEvent = Extract<Observation, { kind: 'handled' | 'retried' | 'ignored' }>;

/** `order_placed 47e64b89… → payment_processed`, with the attempt where it is not the first. */
function subject(observation: AboutEvent): string {
  const { event_type, key, attempt } = observation;
  const published = observation.kind === 'handled' ? observation.published : [];
  return [
    event_type,
    key ?? '',
    ...(published.length === 0 ? [] : ['→', published.join(', ')]),
    ...(attempt === 1 ? [] : [`(attempt ${String(attempt)})`]),
  ].join(' ');
}

function fields({ stream, id, handler, event_type, event_id, key, attempt, durationMs }: AboutEvent) {
  return {
    stream,
    entry_id: id,
    handler,
    event_type,
    event_id,
    key,
    attempt,
    duration_ms: Math.round(durationMs * 10) / 10,
  };
}

function ms(duration: number): string {
  return `${duration < 10 ? duration.toFixed(1) : duration.toFixed(0)} ms`;
}
