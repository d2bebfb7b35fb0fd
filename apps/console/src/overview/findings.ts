import { timeOfEntryId } from 'nestjs-event-streams';
import { awaitedBy } from 'nestjs-event-streams/internal';
import type { Finding } from '../contract/overview.js';
import { plural } from '../format/counts.js';
import { duration } from '../format/durations.js';
import { isWorker } from '../observe/consumer-state.js';
import type { Picture, SeenGroup } from '../observe/picture.js';
import { consumersOf, type Consumer } from './consumers.js';

/** From which lag on a group is reported, in milliseconds. */
const LATE_MS = 5000;
const VERY_LATE_MS = 60_000;
/** After how long a pending event is reported as stuck, in milliseconds. */
const LONG_PENDING_MS = 60_000;
/** How long a worker that is gone and holds no event is reported, in milliseconds. */
const GONE_FOR_MS = 60_000;

type Found = Omit<Finding, 'sinceMs'>;

const ABOUT_NOTHING = { stream: null, group: null, consumer: null };
const RANK = { critical: 0, warning: 1, info: 2 };

/** The problems in a picture, worst first. Pure. */
export function findingsIn(picture: Picture): Found[] {
  const consumers = consumersOf(picture);
  return [
    ...groupsWithoutWorkers(picture, consumers),
    ...missingWorkers(consumers, picture.atMs),
    ...groupsBehind(picture),
    ...stuckEvents(picture),
    ...waitingForHandlers(picture),
    ...deadLetters(picture),
    ...unknowns(picture),
    ...partitioned(picture),
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** The highest severity among the findings. */
export function worstOf(findings: readonly Pick<Finding, 'severity'>[]): 'good' | 'warning' | 'critical' {
  if (findings.some(({ severity }) => severity === 'critical')) return 'critical';
  return findings.some(({ severity }) => severity === 'warning') ? 'warning' : 'good';
}

/** A worker in an unknown state counts as at work, unless events wait and it has been idle for long. */
function isAtWork({ state, idleMs }: Consumer, waits: boolean): boolean {
  return state === 'reading' || (state === 'unknown' && (!waits || idleMs < LONG_PENDING_MS));
}

/** Each group of each stream. */
function groupsOf({ streams }: Picture): (SeenGroup & { stream: string })[] {
  return [...streams.values()].flatMap(({ name, groups }) =>
    [...groups.values()].map((group) => ({ ...group, stream: name })),
  );
}

function groupsWithoutWorkers(picture: Picture, consumers: readonly Consumer[]): Found[] {
  return groupsOf(picture).flatMap(({ stream, name: group, consumers: count, consumerRows, pending, lag }) => {
    if (count > 0 && consumerRows === undefined) return [];
    const names = new Set(consumerRows?.map((row) => row.name));
    const waits = lag !== 0 || pending > 0;
    const own = consumers.filter((consumer) => consumer.group === group && names.has(consumer.name));
    if (own.some((consumer) => isAtWork(consumer, waits))) return [];
    return [
      {
        id: `no-workers:${stream}:${group}`,
        severity: waits ? 'critical' : 'warning',
        title: `${group} has no worker on ${stream}`,
        detail: waits
          ? `${lag === null ? 'Events' : plural(lag, 'event')} wait to be delivered, and ${plural(pending, 'event')} to be settled.`
          : 'No event waits now, but new events will.',
        advice: `Start a worker of ${group}. If the group is no longer used, remove it: XGROUP DESTROY … ${group}.`,
        ...ABOUT_NOTHING,
        stream,
        group,
      } satisfies Found,
    ];
  });
}

function missingWorkers(consumers: readonly Consumer[], nowMs: number): Found[] {
  return consumers.flatMap(({ name, group, state, pending, goneSinceMs, idleMs }): Found[] => {
    const about = { ...ABOUT_NOTHING, group, consumer: name };
    if (state === 'stalled') {
      return [
        {
          id: `stalled:${name}`,
          severity: 'warning',
          title: `A worker of ${group} is stalled`,
          detail: `${name} is connected, but has been silent for ${duration(idleMs)}; it holds ${plural(pending, 'event')}.`,
          advice: 'Check its log and its CPU. After EVENTS_CLAIM_AFTER_MS, other workers take over its events.',
          ...about,
        },
      ];
    }
    if (state !== 'gone' || goneSinceMs === null) return [];
    if (pending === 0 && nowMs - goneSinceMs > GONE_FOR_MS) return [];
    const others = consumers.filter((other) => other.group === group && other.state === 'reading').length;
    return [
      {
        id: `gone:${name}`,
        severity: pending > 0 ? 'warning' : 'info',
        title: `A worker of ${group} is gone`,
        detail:
          (pending > 0
            ? `${name} has closed its connection and still holds ${plural(pending, 'event')}.`
            : `${name} has closed its connection and holds no event.`) + othersAtWork(group, others),
        advice: adviceOn(pending, others),
        ...about,
      },
    ];
  });
}

function othersAtWork(group: string, others: number): string {
  return others === 0 ? '' : ` ${plural(others, 'other worker')} of ${group} ${others === 1 ? 'is' : 'are'} at work.`;
}

/** A worker needs no restart if other workers of its group are at work. */
function adviceOn(pending: number, others: number): string {
  if (others === 0) {
    return pending > 0
      ? 'No other worker can take them over: start a worker of the group.'
      : 'Start a worker of the group; this one is removed from the group after some minutes.';
  }
  return pending > 0
    ? 'The other workers take them over after EVENTS_CLAIM_AFTER_MS (10 s in the shop).'
    : 'No action is needed, unless you expect more workers; this one is removed from the group after some minutes.';
}

function groupsBehind(picture: Picture): Found[] {
  return groupsOf(picture)
    .filter(({ lagMs }) => lagMs >= LATE_MS)
    .map(({ stream, name: group, lag, lagMs, meter }) => ({
      id: `behind:${stream}:${group}`,
      severity: lagMs >= VERY_LATE_MS ? 'critical' : 'warning',
      title: `${group} is ${duration(lagMs)} behind on ${stream}`,
      detail:
        (lag === null ? 'Redis does not know how many events wait.' : `${plural(lag, 'event')} wait to be delivered.`) +
        (meter.perSecond === null ? '' : ` The group settles ${meter.perSecond.toFixed(1)} a second.`),
      advice: `Start another worker of ${group}, raise its concurrency, or check what its handlers wait for.`,
      ...ABOUT_NOTHING,
      stream,
      group,
    }));
}

function stuckEvents(picture: Picture): Found[] {
  return groupsOf(picture).flatMap(({ stream, name: group, oldestPendingId, pending, consumerRows = [] }) => {
    const ageMs = oldestPendingId ? picture.atMs - timeOfEntryId(oldestPendingId) : 0;
    const waiting = consumerRows.reduce((sum, row) => sum + (isWorker(row.name) ? 0 : row.pending), 0);
    if (ageMs < LONG_PENDING_MS || waiting >= pending) return [];
    return [
      {
        id: `stuck:${stream}:${group}`,
        severity: 'warning',
        title: `An event of ${stream} has not been settled by ${group} for ${duration(ageMs)}`,
        detail: `${oldestPendingId ?? ''} is the oldest of ${plural(pending, 'event')} in work.`,
        advice: 'Open the entry to see how often it was tried, and check the log of the worker that holds it.',
        ...ABOUT_NOTHING,
        stream,
        group,
      } satisfies Found,
    ];
  });
}

function waitingForHandlers(picture: Picture): Found[] {
  return groupsOf(picture).flatMap(({ stream, name: group, consumerRows = [] }) =>
    consumerRows.flatMap(({ name, pending }) => {
      const awaited = awaitedBy(name);
      if (awaited === undefined || pending === 0) return [];
      return [
        {
          id: `waiting:${stream}:${group}:${awaited}`,
          severity: 'warning',
          title: `${plural(pending, 'event')} of ${stream} ${pending === 1 ? 'waits' : 'wait'} for a worker of ${group} that handles ${awaited}`,
          detail:
            'The workers that received them have no handler for this type and major version. If none gets one in time ' +
            '(consumer.unknownGraceMs, ten minutes by default), the events become dead letters.',
          advice:
            'Finish the deployment, or start a worker with a handler for it. If the group should not handle it, list its class in the option ignore.',
          ...ABOUT_NOTHING,
          stream,
          group,
        } satisfies Found,
      ];
    }),
  );
}

function deadLetters({ streams }: Picture): Found[] {
  return [...streams.values()]
    .filter(({ deadLetters: count }) => count > 0)
    .map(({ name: stream, deadLetters: count, givenUpEntries }) => ({
      id: `dead-letters:${stream}`,
      severity: 'warning' as const,
      title: `${plural(count, 'dead letter')} of ${stream}`,
      detail:
        (givenUpEntries === null || givenUpEntries === count
          ? ''
          : `They are of ${plural(givenUpEntries, 'event')}: each handler that fails for good leaves a dead letter. `) +
        'These events failed in every attempt, or could not be read.',
      advice: 'See the causes under Dead letters: fix them and replay, or discard.',
      ...ABOUT_NOTHING,
      stream,
    }));
}

function partitioned({ partitions }: Picture): Found[] {
  if (partitions === 1) return [];
  return [
    {
      id: 'partitioned',
      severity: 'info',
      title: `Each stream has ${String(partitions)} partitions, which are shown together`,
      detail:
        'The console does not show single partitions, their owners, dead letters, or the state of an entry in its groups.',
      advice: 'Use EventMonitor.partitions and DeadLetters of the library for those.',
      ...ABOUT_NOTHING,
    },
  ];
}

function unknowns({ workers, streams }: Picture): Found[] {
  const hasGroups = [...streams.values()].some(({ groups }) => groups.size > 0);
  if (workers !== null || !hasGroups) return [];
  return [
    {
      id: 'no-connections',
      severity: 'info',
      title: 'Dead and idle workers look the same',
      detail: 'The Redis user may not list connections, or Redis has just restarted.',
      advice: 'If this does not end by itself, allow the Redis user +client|list.',
      ...ABOUT_NOTHING,
    },
  ];
}
