import { describe, expect, it } from 'vitest';
import type { DeliveryView, EventHead } from '../src/contract/streams.js';
import { timelineOf, type FoundEvent } from '../src/journey/timeline.js';
import { summaryOf } from '../src/streams/entry-summary.js';

const SETTLED: DeliveryView = {
  group: 'payers',
  state: 'settled',
  consumer: null,
  idleMs: null,
  deliveries: null,
  attempts: [],
  deadLetterId: null,
  givenUpMs: null,
};

function found(
  id: string,
  eventId: string,
  more: Partial<EventHead> = {},
  deliveries: DeliveryView[] = [],
): FoundEvent {
  const event: EventHead = {
    event_id: eventId,
    event_type: 't',
    timestamp: '',
    version: '1.0',
    source: 'shop',
    ...more,
  };
  const summary = summaryOf('s', { id, event: { ...event, data: {} }, fields: [] });
  return { stream: 's', id, event, summary, deliveries };
}

describe('a timeline', () => {
  it('has the events in the order of publishing, each with its cause', () => {
    const { events, elapsedMs, state } = timelineOf(
      [
        found('1300-0', 'c', { causation_id: 'b' }),
        found('1000-0', 'a', {}, [SETTLED]),
        found('1200-0', 'b', { causation_id: 'a', source: 'till' }),
      ],
      new Map([['payers', 'till']]),
      2000,
    );
    expect(events.map(({ event, depth, sinceCauseMs }) => [event.event_id, depth, sinceCauseMs])).toEqual([
      ['a', 0, null],
      ['b', 1, 200],
      ['c', 2, 100],
    ]);
    expect({ elapsedMs, state }).toEqual({ elapsedMs: 300, state: 'settled' });
    expect(events[0]?.handledBy).toMatchObject([
      { source: 'till', answers: [{ id: '1200-0' }], answeredAfterMs: 200, known: 'answer' },
    ]);
  });

  it('says how long an event has been open, but not when it was settled if nothing answered it', () => {
    const open = { ...SETTLED, state: 'pending' as const };
    const { events, state } = timelineOf(
      [found('1000-0', 'a', {}, [open, { ...SETTLED, group: 'others' }])],
      new Map(),
      1500,
    );
    expect(state).toBe('open');
    expect(events[0]?.handledBy).toMatchObject([
      { known: 'pending', openMs: 500 },
      { known: 'none', openMs: null, answeredAfterMs: null },
    ]);
  });

  it('ends at a circle of causes, and at a cause that is missing', () => {
    const { events } = timelineOf(
      [
        found('1-0', 'a', { causation_id: 'b' }),
        found('2-0', 'b', { causation_id: 'a' }),
        found('3-0', 'c', { causation_id: 'none' }),
      ],
      new Map(),
      10,
    );
    expect(events.map(({ depth }) => depth)).toEqual([1, 1, 0]);
    expect(events[2]?.cause).toBeNull();
  });

  it('is failed if an event was given up, and empty without events', () => {
    const given = { ...SETTLED, state: 'dead-lettered' as const };
    expect(timelineOf([found('1-0', 'a', {}, [given])], new Map(), 2).state).toBe('failed');
    // Neither settled nor failed can be said of one whose dead letter may be beyond those that were looked at.
    const unknown = { ...SETTLED, state: 'unknown' as const };
    expect(timelineOf([found('1-0', 'a', {}, [unknown])], new Map(), 2).state).toBe('open');
    expect(timelineOf([], new Map(), 2)).toEqual({ events: [], elapsedMs: 0, state: 'empty' });
  });
});
