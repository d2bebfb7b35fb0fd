import type { MonitoredEntry } from 'nestjs-event-streams';
import type { ReaderConnection, SurveyedStream } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import type { SeenProducer } from '../src/observe/picture.js';
import { noteProducers } from '../src/observe/producer-shares.js';
import { SeenStreams } from '../src/observe/seen-streams.js';
import { ServerClock } from '../src/observe/server-clock.js';
import { WorkerPresence } from '../src/observe/worker-presence.js';

const WORKER = 'host-12-0a1b2c';
const connection = (consumer: string): ReaderConnection => ({ consumer, source: 'post', idleMs: 0, isWaiting: true });

function clockAt(nowMs: number): ServerClock {
  const clock = new ServerClock();
  clock.set(nowMs);
  return clock;
}

function survey(
  changes: Partial<SurveyedStream>,
  group: Partial<SurveyedStream['groups'][number]> = {},
): SurveyedStream {
  const row = { name: 'receivers', consumers: 1, pending: 0, lastDeliveredId: '5-0', entriesRead: 5, lag: 0, ...group };
  return { stream: 'parcels', groups: [row], consumers: {}, pending: {}, replays: {}, next: {}, ...changes };
}

describe('the presence of workers', () => {
  const seen = (idleMs: number) => {
    const streams = new SeenStreams(clockAt(100_000));
    streams.take(survey({ consumers: { receivers: [{ name: WORKER, pending: 1, idleMs }] } }), 1000);
    return streams.byName.values();
  };

  it('says since when a worker is gone: from now if it was seen before, else from its last command', () => {
    const presence = new WorkerPresence(clockAt(100_000));
    presence.see([]);
    presence.noteGone(seen(30_000));
    expect(Math.round((presence.goneSinceMs.get(WORKER) ?? 0) / 1000)).toBe(70);

    presence.see([connection(WORKER)]);
    presence.noteGone(seen(30_000));
    expect(presence.goneSinceMs.size).toBe(0);
    presence.see([]);
    presence.noteGone(seen(30_000));
    expect(Math.round((presence.goneSinceMs.get(WORKER) ?? 0) / 1000)).toBe(100);
  });

  it('reports no worker as gone shortly after an outage, or if connections cannot be listed', () => {
    const presence = new WorkerPresence(clockAt(100_000));
    presence.awaitReturn();
    presence.see([]);
    expect(presence.workers).toBeNull();
    presence.noteGone(seen(30_000));
    expect(presence.goneSinceMs.size).toBe(0);
  });
});

describe('a group', () => {
  it('lags by the age of the first entry that was not delivered to it, if that is known', () => {
    const streams = new SeenStreams(clockAt(100_000));
    const lagMs = (...args: Parameters<typeof survey>): number | undefined => {
      streams.take(survey(...args), 1000);
      return streams.byName.get('parcels')?.groups.get('receivers')?.lagMs;
    };
    expect(lagMs({})).toBe(0);
    expect(Math.round((lagMs({ next: { receivers: '60000-0' } }, { lag: 2 }) ?? 0) / 1000)).toBe(40);
    // Not asked for again: it grows by a second with each look, but never beyond what was delivered last.
    expect(Math.round((lagMs({}, { lag: 2 }) ?? 0) / 1000)).toBe(41);
    expect(Math.round((lagMs({}, { lag: 2, lastDeliveredId: '99000-0' }) ?? 0) / 1000)).toBe(1);
    expect(lagMs({ next: { receivers: null } }, { lag: null })).toBe(0);
  });
});

describe('producers', () => {
  const entriesOf = (...sources: string[]): MonitoredEntry[] =>
    sources.map((source) => ({ event: { source } }) as unknown as MonitoredEntry);

  it('have shares by the sampled entries, and are forgotten after five minutes', () => {
    const producers = new Map<string, SeenProducer>();
    noteProducers(producers, entriesOf('a', 'a', 'a', 'b'), 1000);
    expect([...producers].map(([source, { share }]) => [source, share])).toEqual([['a', 0.75], ['b', 0.25]]); // prettier-ignore
    noteProducers(producers, entriesOf('a'), 302_000);
    expect([...producers.keys()]).toEqual(['a']);
  });

  it('are at most fifty, with short names', () => {
    const producers = new Map<string, SeenProducer>();
    noteProducers(producers, entriesOf(...Array.from({ length: 80 }, (_, index) => `${String(index)}${'x'.repeat(999)}`)), 1000); // prettier-ignore
    expect(producers.size).toBe(50);
    expect(Math.max(...[...producers.keys()].map((name) => name.length))).toBeLessThan(300);
  });
});
