import type { Operation } from '../model/instrumentation.js';
import type { Outcome } from '../model/outcome.js';
import type { BufferedEvent } from '../transaction/effects.js';
import type { DispatchParts } from './dispatch-parts.js';
import { attemptOf, type DecodedHandlerDelivery } from './handler-deliveries.js';

/** Tells the instrumentation and the observers of attempts. What nobody hears of is not put together. */
export class AttemptReports {
  constructor(private readonly parts: Pick<DispatchParts, 'address' | 'observer' | 'instrumentation'>) {}

  /** A handler is about to be called, for the first time in this attempt. @returns undefined where nobody traces */
  begin(handlerDelivery: DecodedHandlerDelivery): Operation | undefined {
    const { instrumentation } = this.parts;
    if (instrumentation.isOff) return undefined;
    const { inFlight, event, handler } = handlerDelivery;
    const operation = instrumentation.process({
      stream: inFlight.subscription.streamName,
      entryId: inFlight.entry.id,
      event,
      handler,
      attempt: attemptOf(handlerDelivery),
    });
    handlerDelivery.operation = operation?.ref;
    return operation;
  }

  /** @param startedMs when the attempt began, by the clock of `performance.now()` @param events that it has published */
  handled(handlerDelivery: DecodedHandlerDelivery, startedMs: number, events: readonly BufferedEvent[]): void {
    const { instrumentation, observer } = this.parts;
    for (const { streamName } of events) instrumentation.sent(streamName);
    if (!observer.isHeard('handled')) return;
    const published = events.map(({ type }) => type);
    const durationMs = performance.now() - startedMs;
    observer.emit({ kind: 'handled', ...this.about(handlerDelivery), durationMs, published });
  }

  /** The handler runs again in the same attempt. @param redisKey which was read, and changed before the commit */
  conflict(handlerDelivery: DecodedHandlerDelivery, redisKey: string): void {
    this.parts.observer.emit({ kind: 'conflict', ...this.about(handlerDelivery), redisKey });
  }

  /** The attempt has failed, and its failure is not counted yet. Dead letters and lost deliveries are told of when they are carried out. */
  failed(handlerDelivery: DecodedHandlerDelivery, startedMs: number, outcome: Outcome): void {
    const { observer } = this.parts;
    const tried = { ...this.about(handlerDelivery), durationMs: performance.now() - startedMs };
    switch (outcome.kind) {
      case 'acknowledge':
        observer.emit({ ...tried, ...outcome, kind: 'failure-acknowledged' });
        break;
      case 'retry':
        observer.emit({ ...tried, ...outcome, kind: 'retried' });
        break;
      case 'commit': // handled()
      case 'dead-letter': // OutcomeExecutor, when they are carried out
      case 'abandon':
    }
  }

  private about(handlerDelivery: DecodedHandlerDelivery) {
    const { inFlight, event, handler } = handlerDelivery;
    const { event_type: eventType, event_id: eventId, partition_key: partitionKey } = event;
    const { group } = this.parts.address;
    const attempt = attemptOf(handlerDelivery);
    const { streamKey: stream, entry } = inFlight;
    return { stream, id: entry.id, group, handler, eventType, eventId, partitionKey, attempt };
  }
}
