import { NO_HANDLER } from '../delivery/subscriptions.js';
import { isOutage } from '../model/errors/redis.js';
import { LineLimit } from '../log/line-limit.js';
import type { ResolvedOptions } from '../options/options.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { bounded } from '../log/safe-text.js';
import { textOf } from '../model/thrown.js';
import type { Observation } from '../model/observation.js';
import type { EventsObserver } from './events-observer.js';

/** Characters of what comes out of an event that a line shows. */
const MAX_PART_LENGTH = 200;

type Failure = Extract<Observation, { kind: 'retried' | 'dead-lettered' }>;

/**
 * Writes a warning for each failed attempt that is repeated, and an error for each dead letter, unless `logFailures` is false.
 * Of one handler it writes so many lines in a while, and then how many it left out.
 */
export class FailureLog {
  private readonly logger = new SafeLogger(WORKER);
  private readonly retries = new LineLimit((handler, count) => {
    this.logger.warn(`${handler}: ${String(count)} more failures that are retried`);
  });
  private readonly deadLetters = new LineLimit((handler, count) => {
    this.logger.error(`${handler}: ${String(count)} more dead letters`);
  });

  private readonly unknown = new LineLimit((awaited, count) => {
    this.logger.warn(`${awaited}: ${String(count)} more events that this worker does not know`);
  });

  constructor({ logFailures, consumer }: ResolvedOptions, observer: EventsObserver) {
    if (!logFailures) return;
    observer.subscribe(
      ({ stream, id, awaited, policy }) => {
        if (!this.unknown.admits(awaited)) return;
        const graceMs = String(consumer.unknownGraceMs);
        const then =
          policy === 'ignore'
            ? 'it is acknowledged (consumer.unknown is "ignore")'
            : `it waits for a worker that does; where none comes, it is a dead letter after ${graceMs} ms (consumer.unknownGraceMs)`;
        this.logger.warn(`${stream} ${id}: this worker does not know ${awaited}: ${then}`);
      },
      ['unknown'],
    );
    observer.subscribe(
      (failure) => {
        this.write(failure);
      },
      ['retried', 'dead-lettered'],
    );
  }

  /** Says what was left out; the worker has stopped by now. */
  stop(): void {
    this.retries.flush();
    this.deadLetters.flush();
    this.unknown.flush();
  }

  private write(failure: Failure): void {
    const handler = part(failure.handler === NO_HANDLER ? 'no handler' : failure.handler);
    const { name, message, stack } = textOf(failure.error);
    const what = `${name}: ${message}`;
    const attempt = `attempt ${String(failure.attempt)}`;
    if (failure.kind === 'dead-lettered') {
      if (!this.deadLetters.admits(handler)) return;
      const line = `${subject(failure)} is a dead letter (${failure.reason}) of ${handler} after ${attempt}: ${what}`;
      this.logger.error(line, stack);
      return;
    }
    // The connection says that Redis is away, once.
    if (isOutage(failure.error) || !this.retries.admits(handler)) return;
    const next = `Next attempt in ${String(failure.delayMs)} ms`;
    this.logger.warn(`${handler} failed with ${subject(failure)}, ${attempt}: ${what}. ${next}`);
  }
}

/** `order_placed 47e64b89-… (ecommerce:orders 1750000000000-0, key 8b1e…)` */
function subject({ eventType, eventId, stream, id, partitionKey }: Failure): string {
  const where = `${stream} ${id}${partitionKey === undefined ? '' : `, key ${part(partitionKey)}`}`;
  return eventType === undefined ? `an entry (${where})` : `${part(eventType)} ${part(eventId ?? '')} (${where})`;
}

function part(text: string): string {
  return bounded(text, MAX_PART_LENGTH);
}
