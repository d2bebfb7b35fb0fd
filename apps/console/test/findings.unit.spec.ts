import { describe, expect, it } from 'vitest';
import { Meter } from '../src/observe/meter.js';
import type { Picture, SeenGroup, SeenStream } from '../src/observe/picture.js';
import { newStream } from '../src/observe/seen-streams.js';
import { findingsIn, worstOf } from '../src/overview/findings.js';
import { topologyOf } from '../src/overview/topology.js';

const NOW = 1_000_000_000;
const WORKER = 'host-12-0a1b2c';

function group(changes: Partial<SeenGroup> = {}): SeenGroup {
  return {
    name: 'receivers',
    consumers: 1,
    pending: 0,
    lastDeliveredId: '5-0',
    entriesRead: 5,
    lag: 0,
    lagMs: 0,
    meter: new Meter(),
    consumerRows: [{ name: WORKER, pending: 0, idleMs: 100 }],
    consumersAtMs: NOW,
    oldestPendingId: null,
    replays: 0,
    ...changes,
  };
}

function picture(
  changes: { group?: Partial<SeenGroup>; stream?: Partial<SeenStream>; isGone?: boolean } = {},
): Picture {
  const stream: SeenStream = {
    ...newStream('parcels'),
    length: 5,
    entriesAdded: 5,
    groups: new Map([['receivers', group(changes.group)]]),
    ...changes.stream,
  };
  const worker = { consumer: WORKER, source: 'post', idleMs: 0, isWaiting: true };
  return {
    atMs: NOW,
    partitions: 1,
    streams: new Map([['parcels', stream]]),
    workers: new Map(changes.isGone ? [] : [[WORKER, worker]]),
    goneSinceMs: new Map(changes.isGone ? [[WORKER, NOW - 1000]] : []),
  };
}

const titles = (seen: Picture) => findingsIn(seen).map(({ severity, title }) => `${severity}: ${title}`);

describe('findings', () => {
  it('are none if there is no problem', () => {
    expect(titles(picture())).toEqual([]);
    expect(worstOf([])).toBe('good');
  });

  it('report a worker that is gone, and a group without workers', () => {
    const seen = picture({
      isGone: true,
      group: { pending: 2, consumerRows: [{ name: WORKER, pending: 2, idleMs: 10 }] },
    });
    expect(titles(seen)).toEqual([
      'critical: receivers has no worker on parcels',
      'warning: A worker of receivers is gone',
    ]);
    expect(findingsIn(seen)[1]?.detail).toContain('still holds 2 events');
    expect(findingsIn(seen)[1]?.advice).toContain('start a worker of the group');
  });

  it('report events that wait for a worker with a handler, and count them neither as a worker nor as stuck', () => {
    const rows = [
      { name: WORKER, pending: 0, idleMs: 10 },
      { name: 'waiting for parcel_sent 2', pending: 3, idleMs: 90_000 },
    ];
    const seen = picture({
      group: { consumers: 2, pending: 3, consumerRows: rows, oldestPendingId: `${String(NOW - 90_000)}-0` },
    });
    expect(titles(seen)).toEqual([
      'warning: 3 events of parcels wait for a worker of receivers that handles parcel_sent 2',
    ]);
    expect(topologyOf(seen, []).nodes.some(({ name }) => name.startsWith('waiting'))).toBe(false);
    const alone = { ...seen, workers: new Map(), goneSinceMs: new Map([[WORKER, NOW - 1000]]) };
    expect(titles(alone)).toContain('critical: receivers has no worker on parcels');
  });

  it('only inform of a worker that is gone if another one has taken over its events', () => {
    const others = [
      { name: WORKER, pending: 0, idleMs: 10 },
      { name: 'host-13-0a1b2c', pending: 2, idleMs: 10 },
    ];
    const seen = picture({ isGone: true, group: { consumers: 2, pending: 2, consumerRows: others } });
    const workers = new Map([
      ['host-13-0a1b2c', { consumer: 'host-13-0a1b2c', source: 'post', idleMs: 0, isWaiting: true }],
    ]);
    expect(titles({ ...seen, workers })).toEqual(['info: A worker of receivers is gone']);
    const [finding] = findingsIn({ ...seen, workers });
    expect(finding?.detail).toContain('1 other worker of receivers is at work');
    expect(finding?.advice).not.toMatch(/^Start/);
    const longAgo = { ...seen, workers, goneSinceMs: new Map([[WORKER, NOW - 120_000]]) };
    expect(titles(longAgo)).toEqual([]);
    expect(topologyOf(longAgo, []).nodes.some(({ name }) => name === WORKER)).toBe(false);
  });

  it('say how far a group is behind, with a severity that grows with the lag', () => {
    expect(titles(picture({ group: { lag: 7, lagMs: 4000 } }))).toEqual([]);
    expect(titles(picture({ group: { lag: 7, lagMs: 12_000 } }))).toEqual([
      'warning: receivers is 12 s behind on parcels',
    ]);
    expect(titles(picture({ group: { lag: null, lagMs: 120_000 } }))).toEqual([
      'critical: receivers is 2 min behind on parcels',
    ]);
  });

  it('report a stuck event, and dead letters', () => {
    const stuck = picture({ group: { pending: 1, oldestPendingId: `${String(NOW - 180_000)}-0` }, stream: {} });
    expect(titles(stuck)).toEqual(['warning: An event of parcels has not been settled by receivers for 3 min']);
    expect(titles(picture({ stream: { deadLetters: 1 } }))).toEqual(['warning: 1 dead letter of parcels']);
    // Four groups that give a broken entry up leave four dead letters.
    const seen = picture({ stream: { deadLetters: 1200, givenUpEntries: 300 } });
    expect(titles(seen)).toEqual(['warning: 1,200 dead letters of parcels']);
    expect(findingsIn(seen)[0]?.detail).toContain('of 300 events');
  });

  it('say that connections cannot be listed, and report no worker as gone then', () => {
    const blind = {
      ...picture({ group: { consumerRows: [{ name: WORKER, pending: 1, idleMs: 10 }] } }),
      workers: null,
    };
    expect(titles(blind)).toEqual(['info: Dead and idle workers look the same']);
  });

  it('count a worker in an unknown state as at work, unless events wait while it is silent', () => {
    const silent = { consumerRows: [{ name: 'somebody-else', pending: 0, idleMs: 600_000 }] };
    expect(titles(picture({ group: silent }))).toEqual([]);
    expect(titles(picture({ group: { ...silent, lag: 3 } }))).toEqual(['critical: receivers has no worker on parcels']);
  });
});
