import { describe, expect, it } from 'vitest';
import type { Journey, JourneyEvent, JourneyHandling } from '../../src/contract/journey.js';
import { axisTicks, toLanes } from '../src/journey/lanes.js';

const START_MS = 1_000_000;

const handling = (group: string, more: Partial<JourneyHandling> = {}): JourneyHandling => ({
  group,
  state: 'settled',
  consumer: null,
  idleMs: null,
  deliveries: null,
  attempts: [],
  deadLetterId: null,
  givenUpMs: null,
  source: group,
  answers: [],
  answeredAfterMs: null,
  known: 'none',
  openMs: null,
  ...more,
});

function event(stream: string, source: string, afterMs: number, handledBy: JourneyHandling[]): JourneyEvent {
  const id = `${String(START_MS + afterMs)}-0`;
  return {
    entry: {
      stream,
      id,
      atMs: START_MS + afterMs,
      isEvent: true,
      eventId: id,
      type: stream,
      version: '1.0',
      source,
      partitionKey: null,
      correlationId: 'x',
      causationId: null,
      preview: '',
      size: 1,
    },
    event: { event_id: id, event_type: stream, timestamp: '', version: '1.0', source },
    afterMs,
    cause: null,
    sinceCauseMs: null,
    depth: 0,
    handledBy,
  };
}

const journey = (events: JourneyEvent[], elapsedMs: number): Journey => ({
  correlationId: 'x',
  events,
  elapsedMs,
  state: 'open',
  isComplete: true,
  cursor: null,
  scans: {},
  caveats: [],
});

describe('lanes', () => {
  it('have a bar from each event to its answer, with the answer at its end', () => {
    const answer = { stream: 'payments', id: `${String(START_MS + 80)}-0`, type: 'payments' };
    const { lanes, spanMs } = toLanes(
      journey(
        [
          event('orders', 'order', 0, [
            handling('payment', { answers: [answer], answeredAfterMs: 80, known: 'answer' }),
          ]),
          event('payments', 'payment', 80, [handling('processor')]),
        ],
        80,
      ),
    );
    expect(lanes.map(({ name }) => name)).toEqual(['order', 'payment', 'processor']);
    expect(lanes[1]?.bars).toMatchObject([{ fromMs: 0, toMs: 80, kind: 'answered', row: 0 }]);
    expect(lanes[1]?.marks).toMatchObject([{ atMs: 80, row: 0 }]);
    expect(lanes[2]?.ticks).toMatchObject([{ atMs: 80 }]);
    expect(spanMs).toBe(80);
  });

  it('reach to now while an event is open, and to the last attempt of one that was given up', () => {
    const failed = handling('shipping', {
      state: 'dead-lettered',
      deadLetterId: '1-0',
      givenUpMs: START_MS + 700,
      attempts: [{ handler: 'h', isDone: false, failures: 2, firstFailureMs: START_MS + 30, crashes: 0 }],
    });
    const open = handling('payment', { state: 'pending', known: 'pending', openMs: 5000 });
    const { lanes, spanMs } = toLanes(journey([event('orders', 'order', 0, [open, failed])], 0));
    expect(spanMs).toBe(5000);
    expect(lanes.find(({ name }) => name === 'payment')?.bars).toMatchObject([{ toMs: 5000, kind: 'open' }]);
    expect(lanes.find(({ name }) => name === 'shipping')?.bars).toMatchObject([{ toMs: 700, kind: 'failed' }]);
  });

  it('never put one bar or event behind another', () => {
    const open = (openMs: number): JourneyHandling =>
      handling('payment', { state: 'pending', known: 'pending', openMs });
    const events = [0, 1, 2].map((afterMs) => event('orders', 'order', afterMs, [open(100)]));
    const { lanes } = toLanes(journey(events, 2));
    const [order, payment] = lanes;
    expect(payment?.bars.map(({ row }) => row)).toEqual([0, 1, 2]);
    expect(payment?.rows).toBe(3);
    expect(order?.marks.map(({ row }) => row)).toEqual([0, 1, 0]);
  });
});

describe('the axis', () => {
  it('has a few round times', () => {
    expect(axisTicks(98, 7)).toEqual([0, 20, 40, 60, 80]);
    expect(axisTicks(1, 7)).toHaveLength(6);
  });
});
