import { Injectable } from '@nestjs/common';
import type { Attributes } from '@opentelemetry/api';
import { EventsObserver, type Observation } from '../observe/events-observer.js';
import { Partitions } from '../stream/partitions.js';
import { CONSUMER_GROUP, DESTINATION, ERROR_TYPE, REDIS } from './attributes.js';
import { boundedType, errorTypeOf } from './error-type.js';
import { counter } from './instruments.js';
import { Telemetry } from './telemetry.js';

const COUNTED = ['retried', 'dead-lettered', 'taken-over', 'conflict', 'outage'] as const;

/** Counts what happens to events beside being handled: retries, dead letters, takeovers, conflicts; and outages of Redis. */
@Injectable()
export class EventCounters {
  constructor(
    { meter }: Telemetry,
    observer: EventsObserver,
    private readonly partitions: Partitions,
  ) {
    if (!meter) return;
    const retries = counter(meter, 'messaging.redis.retries', 'Tries that failed and are repeated');
    const deadLetters = counter(meter, 'messaging.redis.dead_letters', 'Messages that became dead letters');
    const claims = counter(meter, 'messaging.redis.claims', 'Messages taken over from consumers that had left them');
    const conflicts = counter(
      meter,
      'messaging.redis.conflicts',
      'Transactions that ran again, since another commit had changed what they had read',
      '{conflict}',
    );
    const outages = counter(
      meter,
      'messaging.redis.outages',
      'Times that Redis became unreachable or began to refuse, by its own word for it',
      '{outage}',
    );
    observer.subscribe((observation) => {
      switch (observation.kind) {
        case 'retried':
          retries.add(1, this.failed(observation));
          break;
        case 'dead-lettered':
          deadLetters.add(1, this.failed(observation));
          break;
        case 'taken-over':
          claims.add(observation.count, this.where(observation));
          break;
        case 'conflict':
          conflicts.add(1, this.where(observation));
          break;
        case 'outage':
          outages.add(1, { ...REDIS, [ERROR_TYPE]: boundedType(observation.reason) });
      }
    }, COUNTED);
  }

  private where({ stream, group }: { stream: string; group: string }): Attributes {
    return { ...REDIS, [DESTINATION]: this.partitions.streamOf(stream), [CONSUMER_GROUP]: group };
  }

  private failed(observation: Extract<Observation, { kind: 'retried' | 'dead-lettered' }>): Attributes {
    return { ...this.where(observation), [ERROR_TYPE]: errorTypeOf(observation.error) };
  }
}
