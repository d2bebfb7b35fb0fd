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

/** How the key of a stream of dead letters ends. */
const DEAD_LETTERS = ':dead-letters';

/**
 * Counts what happens to events beside being handled: retries, dead letters, takeovers, conflicts; and outages of Redis.
 *
 * @param streamOf the name, without prefix, of the stream that a key is of
 */
export function countObservations(meter: Meter, observer: EventsObserver, streamOf: (key: string) => string): void {
  const at = (stream: string): Attributes => ({ ...REDIS, [DESTINATION]: streamOf(stream) });
  const where = ({ stream, group }: { stream: string; group: string }): Attributes => ({
    ...at(stream),
    [CONSUMER_GROUP]: group,
  });
  const failed = (observation: Extract<Observation, { kind: 'retried' | 'dead-lettered' }>): Attributes => ({
    ...where(observation),
    [ERROR_TYPE]: errorTypeOf(observation.error),
  });
  const retries = counter(meter, 'messaging.redis.retries', 'Tries that failed and are repeated');
  const deadLetters = counter(meter, 'messaging.redis.dead_letters', 'Messages that became dead letters');
  const delayed = counter(
    meter,
    'messaging.redis.dead_letters.delayed',
    'Dead letters that waited, since there were more in a second than may be',
  );
  const trimmed = counter(meter, 'messaging.redis.dead_letters.trimmed', 'Dead letters that were too many or too old');
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
