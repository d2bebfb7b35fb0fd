import { timeOfEntryId } from 'nestjs-event-streams';
import { awaitedBy } from 'nestjs-event-streams/internal';
import type { Finding } from '../contract/overview.js';
import { isWorker } from '../observe/consumer-state.js';
import type { Picture } from '../observe/picture.js';
import { consumersOf, type Consumer } from './consumers.js';
import { duration, plural } from './words.js';

/** A group that is so far behind deserves a word. */
const LATE_MS = 5000;
const VERY_LATE_MS = 60_000;
/** An event that a group has had for so long does not come to an end. */
const LONG_PENDING_MS = 60_000;
/** A worker that is gone and has left nothing is spoken of for so long. */
const GONE_FOR_MS = 60_000;

type Found = Omit<Finding, 'sinceMs'>;

const ABOUT_NOTHING = { stream: null, group: null, consumer: null };
const RANK = { critical: 0, warning: 1, info: 2 };

/** What is wrong, in words, worst first. Pure. */
export function findingsIn(picture: Picture): Found[] {
  const consumers = consumersOf(picture);
  return [
    ...groupsWithoutWorkers(picture, consumers),
    ...workersAway(consumers, picture.atMs),
    ...groupsBehind(picture),
    ...stuckEvents(picture),
    ...waitingForHandlers(picture),
    ...deadLetters(picture),
    ...unknowns(picture),
    ...partitioned(picture),
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** The worst of them. */
export function worstOf(findings: readonly Pick<Finding, 'severity'>[]): 'good' | 'warning' | 'critical' {
  if (findings.some(({ severity }) => severity === 'critical')) return 'critical';
  return findings.some(({ severity }) => severity === 'warning') ? 'warning' : 'good';
}

/** One that nothing is known of is taken to be at work, unless something waits while it is not heard of. */
function isAtWork({ state, idleMs }: Consumer, waits: boolean): boolean {
  return state === 'reading' || (state === 'unknown' && (!waits || idleMs < LONG_PENDING_MS));
}

function groupsWithoutWorkers({ streams }: Picture, consumers: readonly Consumer[]): Found[] {
  return [...streams.values()].flatMap(({ name: stream, groups }) =>
    [...groups.values()].flatMap(({ name: group, consumers: count, consumerRows, pending, lag }): Found[] => {
      if (count > 0 && consumerRows === undefined) return [];
      const names = new Set(consumerRows?.map((row) => row.name));
      const waits = lag !== 0 || pending > 0;
      if (
        consumers.some((consumer) => consumer.group === group && names.has(consumer.name) && isAtWork(consumer, waits))
      )
        return [];
      return [
        {
          id: `no-workers:${stream}:${group}`,
          severity: waits ? 'critical' : 'warning',
          title: `Nobody works for ${group} on ${stream}`,
          detail: waits
            ? `${lag === null ? 'Events' : plural(lag, 'event')} wait to be delivered, and ${plural(pending, 'event')} to be settled.`
            : 'Nothing waits at present, but what comes next will.',
          advice: `Start a worker of ${group}. If the group is not used any more, remove it: XGROUP DESTROY … ${group}.`,
          ...ABOUT_NOTHING,
          stream,
          group,
        },
      ];
    }),
  );
}

function workersAway(consumers: readonly Consumer[], nowMs: number): Found[] {
  return consumers.flatMap(({ name, group, state, pending, goneSinceMs, idleMs }): Found[] => {
    const about = { ...ABOUT_NOTHING, group, consumer: name };
    if (state === 'stalled') {
      return [
        {
          id: `stalled:${name}`,
          severity: 'warning',
          title: `A worker of ${group} stands still`,
          detail: `${name} is connected, but was not heard of for ${duration(idleMs)}; it holds ${plural(pending, 'event')}.`,
          advice:
            'Look at its log and its CPU. When its claim runs out (EVENTS_CLAIM_AFTER_MS), others take over what it holds.',
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
            ? `${name} has closed its connection with ${plural(pending, 'event')} in its hands.`
            : `${name} has closed its connection; nothing of it is left to do.`) + othersAtWork(group, others),
        advice: adviceOn(pending, others),
        ...about,
      },
    ];
  });
}

function othersAtWork(group: string, others: number): string {
  return others === 0 ? '' : ` ${plural(others, 'other worker')} of ${group} ${others === 1 ? 'is' : 'are'} at work.`;
}

/** A worker that others have replaced need not be started again. */
function adviceOn(pending: number, others: number): string {
  if (others === 0) {
    return pending > 0
      ? 'Nobody takes them over: start a worker of the group.'
      : 'Start a worker of the group; the group forgets this one after some minutes.';
  }
  return pending > 0
    ? 'The others take them over when its claim runs out (EVENTS_CLAIM_AFTER_MS, 10 s in the shop).'
    : 'Nothing needs to be done, unless there should be more workers; the group forgets this one after some minutes.';
}

function groupsBehind({ streams }: Picture): Found[] {
  return [...streams.values()].flatMap(({ name: stream, groups }) =>
    [...groups.values()]
      .filter(({ lagMs }) => lagMs >= LATE_MS)
      .map(({ name: group, lag, lagMs, meter }) => ({
        id: `behind:${stream}:${group}`,
        severity: lagMs >= VERY_LATE_MS ? ('critical' as const) : ('warning' as const),
        title: `${group} is ${duration(lagMs)} behind on ${stream}`,
        detail:
          (lag === null
            ? 'Redis does not know how many events wait.'
            : `${plural(lag, 'event')} wait to be delivered.`) +
          (meter.perSecond === null ? '' : ` The group settles ${meter.perSecond.toFixed(1)} a second.`),
        advice: `Start another worker of ${group}, raise its concurrency, or look at what its handlers wait for.`,
        ...ABOUT_NOTHING,
        stream,
        group,
      })),
  );
}

function stuckEvents({ streams, atMs }: Picture): Found[] {
  return [...streams.values()].flatMap(({ name: stream, groups }) =>
    [...groups.values()].flatMap(({ name: group, oldestPendingId, pending, consumerRows = [] }): Found[] => {
      const ageMs = oldestPendingId ? atMs - timeOfEntryId(oldestPendingId) : 0;
      const waiting = consumerRows.reduce((sum, row) => sum + (isWorker(row.name) ? 0 : row.pending), 0);
      if (ageMs < LONG_PENDING_MS || waiting >= pending) return [];
      return [
        {
          id: `stuck:${stream}:${group}`,
          severity: 'warning',
          title: `An event of ${stream} has not been settled by ${group} for ${duration(ageMs)}`,
          detail: `${oldestPendingId ?? ''} is the oldest of ${plural(pending, 'event')} in work.`,
          advice: 'Open the entry to see how often it was tried, and the log of the worker that holds it.',
          ...ABOUT_NOTHING,
          stream,
          group,
        },
      ];
    }),
  );
}

function waitingForHandlers({ streams }: Picture): Found[] {
  return [...streams.values()].flatMap(({ name: stream, groups }) =>
    [...groups.values()].flatMap(({ name: group, consumerRows = [] }) =>
      consumerRows.flatMap(({ name, pending }): Found[] => {
        const awaited = awaitedBy(name);
        if (awaited === undefined || pending === 0) return [];
        return [
          {
            id: `waiting:${stream}:${group}:${awaited}`,
            severity: 'warning',
            title: `${plural(pending, 'event')} of ${stream} ${pending === 1 ? 'waits' : 'wait'} for a worker of ${group} that handles ${awaited}`,
            detail:
              'No worker of the group that has got them knows this type and major version. Where none that does comes in time ' +
              '(consumer.unknownGraceMs, ten minutes unless set otherwise), they are dead letters.',
            advice:
              'Finish the deployment, or start a worker with a handler for it. Where the group is not to handle it, list its class under events.',
            ...ABOUT_NOTHING,
            stream,
            group,
          },
        ];
      }),
    ),
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
          : `They are of ${plural(givenUpEntries, 'event')}: each handler that gives one up leaves a dead letter. `) +
        'What was given up failed in every attempt, or could not be read.',
      advice: 'See their causes under Dead letters: mend, then replay, or discard what is of no use.',
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
        'The console does not show single partitions and who owns them, dead letters, and what became of an entry.',
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
      title: 'Dead workers cannot be told from idle ones',
      detail: 'This Redis user may not see connections, or Redis has just come back.',
      advice: 'Unless Redis has just come back, allow the user +client|list.',
      ...ABOUT_NOTHING,
    },
  ];
}
