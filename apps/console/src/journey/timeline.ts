import { compareEntryIds, timeOfEntryId } from 'nestjs-event-streams';
import type { Journey, JourneyEvent, JourneyHandling } from '../contract/journey.js';
import type { DeliveryView, EntrySummary, EventHead } from '../contract/streams.js';

/** An event of a journey, and its state in each group. */
export interface FoundEvent {
  stream: string;
  /** Of its entry. */
  id: string;
  event: EventHead;
  summary: EntrySummary;
  deliveries: readonly DeliveryView[];
}

/**
 * Sorts the events of a journey, links answers to their causes, and adds the times that are known. Pure.
 *
 * @param sources the source under which the workers of each group publish
 * @param nowMs by the server's clock
 */
export function timelineOf(
  found: readonly FoundEvent[],
  sources: ReadonlyMap<string, string>,
  nowMs: number,
): Pick<Journey, 'events' | 'elapsedMs' | 'state'> {
  const ordered = found.toSorted((a, b) => compareEntryIds(a.id, b.id));
  const byEventId = new Map(ordered.map((one) => [one.event.event_id, one]));
  const startMs = timeOfEntryId(ordered[0]?.id ?? '0');
  const endMs = timeOfEntryId(ordered.at(-1)?.id ?? '0');
  const events = ordered.map(({ id, event, summary, deliveries }): JourneyEvent => {
    const cause = byEventId.get(event.causation_id ?? '');
    const answers = ordered.filter((one) => one.event.causation_id === event.event_id);
    return {
      entry: summary,
      event,
      afterMs: timeOfEntryId(id) - startMs,
      cause: cause ? { stream: cause.stream, id: cause.id } : null,
      sinceCauseMs: cause ? timeOfEntryId(id) - timeOfEntryId(cause.id) : null,
      depth: depthOf(event, byEventId),
      handledBy: deliveries.map((delivery) => handlingOf(delivery, id, answers, sources, nowMs)),
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
  // If no worker reports its source, the group and its service may have the same name.
  const own = answers.filter(({ event }) => event.source === (source ?? delivery.group));
  const last = own.at(-1);
  const isOpen = delivery.state === 'pending' || delivery.state === 'waiting';
  return {
    ...delivery,
    source,
    answers: own.map(({ stream, id: answer, event }) => ({ stream, id: answer, type: event.event_type })),
    answeredAfterMs: last ? timeOfEntryId(last.id) - timeOfEntryId(id) : null,
    known: isOpen ? 'pending' : last ? 'answer' : 'none',
    openMs: isOpen ? Math.max(0, nowMs - timeOfEntryId(id)) : null,
  };
}

/** The number of steps to the first known cause. Stops at a cycle of ids. */
function depthOf(event: EventHead, byEventId: ReadonlyMap<string, FoundEvent>): number {
  const passed = new Set([event.event_id]);
  let cause = byEventId.get(event.causation_id ?? '');
  while (cause && !passed.has(cause.event.event_id)) {
    passed.add(cause.event.event_id);
    cause = byEventId.get(cause.event.causation_id ?? '');
  }
  return passed.size - 1;
}

function stateOf(events: readonly JourneyEvent[]): Journey['state'] {
  const states = new Set(events.flatMap(({ handledBy }) => handledBy.map(({ state }) => state)));
  if (events.length === 0) return 'empty';
  if (states.has('dead-lettered')) return 'failed';
  const open = ['waiting', 'pending', 'replaying', 'unknown'] as const;
  return open.some((state) => states.has(state)) ? 'open' : 'settled';
}
