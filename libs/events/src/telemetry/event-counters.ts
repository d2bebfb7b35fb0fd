import type { Attributes, Meter } from '@opentelemetry/api';
import type { Observation } from '../model/observation.js';
import type { EventsObserver } from '../observe/events-observer.js';
import { CONSUMER_GROUP, DESTINATION, ERROR_TYPE, REDIS } from './attributes.js';
import { boundedType, errorTypeOf } from './error-type.js';
import { counter } from './measurements.js';

const COUNTED = [
  ...(['retried', 'dead-lettered', 'dead-letter-delayed', 'trimmed'] as const),
  ...(['taken-over', 'conflict', 'outage'] as const),
] as const;

/** How the key of a dead-letter stream ends. */
const DEAD_LETTERS = ':dead-letters';

/**
 * Counts retries, dead letters, takeovers and conflicts of events, and outages of Redis.
 *
 * @param streamNameOf gives the name, without prefix, of the stream that a key belongs to
 */
export function countObservations(meter: Meter, observer: EventsObserver, streamNameOf: (key: string) => string): void {
  const at = (streamKey: string): Attributes => ({ ...REDIS, [DESTINATION]: streamNameOf(streamKey) });
  const where = ({ stream: streamKey, group }: { stream: string; group: string }): Attributes => ({
    ...at(streamKey),
    [CONSUMER_GROUP]: group,
  });
  const failed = (observation: Extract<Observation, { kind: 'retried' | 'dead-lettered' }>): Attributes => ({
    ...where(observation),
    [ERROR_TYPE]: errorTypeOf(observation.error),
  });
  const { retries, deadLetters, delayed, trimmed, claims, conflicts, outages } = countersOf(meter);
  observer.subscribe((observation) => {
    switch (observation.kind) {
      case 'retried':
        retries.add(1, failed(observation));
        break;
      case 'dead-lettered':
        deadLetters.add(1, failed(observation));
        break;
      case 'dead-letter-delayed':
        delayed.add(1, where(observation));
        break;
      case 'trimmed':
        if (observation.stream.endsWith(DEAD_LETTERS)) trimmed.add(observation.count, at(observation.stream));
        break;
      case 'taken-over':
        claims.add(observation.count, where(observation));
        break;
      case 'conflict':
        conflicts.add(1, where(observation));
        break;
      case 'outage':
        outages.add(1, { ...REDIS, [ERROR_TYPE]: boundedType(observation.reason) });
    }
  }, COUNTED);
}

function countersOf(meter: Meter) {
  return {
    retries: counter(meter, 'messaging.redis.retries', 'Attempts that failed and are repeated'),
    deadLetters: counter(meter, 'messaging.redis.dead_letters', 'Messages that became dead letters'),
    delayed: counter(
      meter,
      'messaging.redis.dead_letters.delayed',
      'Dead letters that waited before they were written, because of deadLetters.maxPerSecond',
    ),
    trimmed: counter(
      meter,
      'messaging.redis.dead_letters.trimmed',
      'Dead letters that were removed, because they were too many or too old',
    ),
    claims: counter(meter, 'messaging.redis.claims', 'Messages that were taken over from other consumers'),
    conflicts: counter(
      meter,
      'messaging.redis.conflicts',
      'Transactions that ran again, because another commit had changed what they had read',
      '{conflict}',
    ),
    outages: counter(
      meter,
      'messaging.redis.outages',
      'How often Redis became unreachable or began to refuse commands, by reason',
      '{outage}',
    ),
  };
}
