import { compareEntryIds, timeOfEntryId, type EventEnvelope, type MonitoredEntry } from 'nestjs-event-streams';
import type { Journey, JourneyEvent, JourneyHandling } from '../contract/journey.js';
import type { DeliveryView } from '../contract/streams.js';
import { summaryOf } from '../streams/entry-summary.js';

/** An event of a journey, and what became of it. */
export interface FoundEvent {
  stream: string;
  entry: MonitoredEntry & { event: EventEnvelope };
  deliveries: readonly DeliveryView[];
}

/**
 * Puts the events of a journey in order, ties answers to causes, and says what is known of times. Pure.
 *
 * @param sources what the workers of a group publish under
 * @param nowMs by the server's clock
 */
export function timelineOf(
  found: readonly FoundEvent[],
  sources: ReadonlyMap<string, string>,
  nowMs: number,
): Pick<Journey, 'events' | 'elapsedMs' | 'state'> {
  const ordered = found.toSorted((a, b) => compareEntryIds(a.entry.id, b.entry.id));
  const byEventId = new Map(ordered.map((one) => [one.entry.event.event_id, one]));
  const startMs = timeOfEntryId(ordered[0]?.entry.id ?? '0');
  const endMs = timeOfEntryId(ordered.at(-1)?.entry.id ?? '0');
  const events = ordered.map(({ stream, entry, deliveries }): JourneyEvent => {
    const cause = byEventId.get(entry.event.causation_id ?? '');
    const answers = ordered.filter(({ entry: { event } }) => event.causation_id === entry.event.event_id);
    return {
      entry: summaryOf(stream, entry),
      event: entry.event,
      afterMs: timeOfEntryId(entry.id) - startMs,
      cause: cause ? { stream: cause.stream, id: cause.entry.id } : null,
      sinceCauseMs: cause ? timeOfEntryId(entry.id) - timeOfEntryId(cause.entry.id) : null,
      depth: depthOf(entry.event, byEventId),
      handledBy: deliveries.map((delivery) => handlingOf(delivery, entry.id, answers, sources, nowMs)),
    };
  });
  return { events, elapsedMs: endMs - startMs, state: stateOf(events) };
}

function handlingOf(
  delivery: DeliveryView,
  id: string,
  answers: readonly FoundEvent[],
  sources: ReadonlyMap<string, string>,
  nowMs: number,
): JourneyHandling {
  const source = sources.get(delivery.group) ?? null;
  // Where no worker tells its source, a group and its service may still have the same name.
  const own = answers.filter(({ entry }) => entry.event.source === (source ?? delivery.group));
  const last = own.at(-1);
  const isOpen = delivery.state === 'pending' || delivery.state === 'waiting';
  return {
    ...delivery,
    source,
    answers: own.map(({ stream, entry }) => ({ stream, id: entry.id, type: entry.event.event_type })),
    answeredAfterMs: last ? timeOfEntryId(last.entry.id) - timeOfEntryId(id) : null,
    known: isOpen ? 'pending' : last ? 'answer' : 'none',
    openMs: isOpen ? Math.max(0, nowMs - timeOfEntryId(id)) : null,
  };
}

/** Steps to the first cause that is known; ids that name each other in a circle end nowhere. */
function depthOf(event: EventEnvelope, byEventId: ReadonlyMap<string, FoundEvent>): number {
  const passed = new Set([event.event_id]);
  let cause = byEventId.get(event.causation_id ?? '');
  while (cause && !passed.has(cause.entry.event.event_id)) {
    passed.add(cause.entry.event.event_id);
    cause = byEventId.get(cause.entry.event.causation_id ?? '');
  }
  return passed.size - 1;
}

function stateOf(events: readonly JourneyEvent[]): Journey['state'] {
  const states = new Set(events.flatMap(({ handledBy }) => handledBy.map(({ state }) => state)));
  if (events.length === 0) return 'empty';
  if (states.has('dead-lettered')) return 'failed';
  return states.has('waiting') || states.has('pending') || states.has('replaying') ? 'open' : 'settled';
}
