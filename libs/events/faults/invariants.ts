import type { FinalState } from './final-state.js';
import type { History, Run } from './history.js';

/** What a test's library is held to; what is left out holds in full. */
export interface Promised {
  /**
   * `key`: one worker handles a key at a time, so its events have their effects in stream order, retries included. `worker`: events
   * of a key change their worker, and each worker runs them one at a time. `none`: the server itself went back in time.
   */
  order: 'key' | 'worker' | 'none';
  /** Whether Redis itself may lose what it has acknowledged: a failover without WAIT, or no append-only file. */
  mayLoseAcknowledged?: boolean;
  /** The names of the workers that are alive. */
  workers: readonly string[];
  /** Events that must become dead letters, by event id; no others may. */
  dead?: ReadonlySet<string>;
}

/** What was seen when the fault was over. */
export interface Outcome {
  state: FinalState;
  /** How long the group took to settle everything, in milliseconds; undefined when it did not within `withinMs`. */
  quietAfterMs: number | undefined;
  withinMs: number;
  /** Deliveries that the living workers still hold. */
  held: number;
}

/** A promise that was broken. */
export interface Violation {
  /** As faults are listed: A publishing, B effects, C order, D what is left behind, E recovery. */
  invariant: 'A' | 'B' | 'C' | 'D' | 'E';
  what: string;
  /** The events, or what else was found, that show it. */
  shownBy: readonly string[];
}

/** Checks a history and what Redis holds at its end. @returns what is broken; nothing when all holds */
export function violationsOf(history: History, outcome: Outcome, promised: Promised): Violation[] {
  const checks: [Violation['invariant'], Iterable<Finding>][] = [
    ['A', publishing(history, outcome.state, promised)],
    ['B', effects(outcome.state)],
    ['C', order(history, outcome.state, promised)],
    ['D', leftBehind(outcome, promised)],
    ['E', recovery(outcome)],
  ];
  return checks.flatMap(([invariant, findings]) =>
    [...findings].filter(([, shownBy]) => shownBy.length > 0).map(([what, shownBy]) => ({ invariant, what, shownBy })),
  );
}

type Finding = [what: string, shownBy: readonly string[]];

function* publishing({ publications }: History, state: FinalState, promised: Promised): Generator<Finding> {
  const { mayLoseAcknowledged = false, dead = new Set<string>() } = promised;
  const ids = countBy(state.entries, ({ eventId }) => eventId);
  const entryOf = new Map(state.entries.map(({ id, eventId }) => [eventId, id]));
  const shown = (wrong: (publication: History['publications'][number]) => boolean): string[] =>
    publications.filter(wrong).map(({ eventId, key, number, answer }) => {
      const said = answer.kind === 'acknowledged' ? answer.id : answer.error;
      const found = entryOf.get(eventId);
      return `${key} ${String(number)} (${eventId}), ${answer.kind} (${said}), ${found ? `is ${found}` : 'is not there'}`;
    });
  yield [
    'acknowledged, but not in the stream under that id',
    shown(({ eventId, answer: { kind, ...answer } }) => {
      if (kind !== 'acknowledged' || (mayLoseAcknowledged && !entryOf.has(eventId))) return false;
      return !('id' in answer) || entryOf.get(eventId) !== answer.id;
    }),
  ];
  yield ['refused, but in the stream', shown(({ eventId, answer }) => answer.kind === 'refused' && ids.has(eventId))];
  yield ['in the stream more than once', [...ids].filter(([, count]) => count > 1).map(([id]) => id)];
  const asked = new Set(publications.map(({ eventId }) => eventId));
  yield ['in the stream, but nobody published it', [...ids.keys()].filter((id) => !asked.has(id))];

  const deadLetters = countBy(state.deadLetters, (id) => id);
  const isCommitted = (id: string): boolean => (state.effects[id] ?? 0) > 0;
  yield ['both committed and a dead letter', [...ids.keys()].filter((id) => isCommitted(id) && deadLetters.has(id))];
  yield [
    'neither committed nor a dead letter',
    [...ids.keys()].filter((id) => !isCommitted(id) && !deadLetters.has(id)),
  ];
  yield ['more than one dead letter of an event', [...deadLetters].filter(([, count]) => count > 1).map(([id]) => id)];
  yield ['a dead letter that should be none', [...deadLetters.keys()].filter((id) => !dead.has(id))];
  yield ['no dead letter, but should be one', [...dead].filter((id) => ids.has(id) && !deadLetters.has(id))];
}

function* effects({ entries, effects: applied, followed }: FinalState): Generator<Finding> {
  const known = new Set(entries.map(({ eventId }) => eventId));
  const times = (counts: Iterable<[string, number]>): string[] =>
    [...counts].filter(([, count]) => count !== 1).map(([id, count]) => `${id}: ${String(count)} times`);
  yield ['an effect on the state that was not applied once', times(Object.entries(applied))];
  yield ['an effect of an event that is not in the stream', Object.keys(applied).filter((id) => !known.has(id))];
  const causes = countBy(followed, (id) => id);
  yield ['an event that followed more than once', times(causes)];
  yield ['an effect without its event that follows', Object.keys(applied).filter((id) => !causes.has(id))];
  yield ['an event that follows without its effect', [...causes.keys()].filter((id) => applied[id] === undefined)];
}

function* order(history: History, state: FinalState, promised: Promised): Generator<Finding> {
  if (promised.order === 'none') return;
  const published = new Map(history.publications.map(({ eventId, number }) => [eventId, number]));
  for (const [key, entries] of groupBy(state.entries, (entry) => entry.key)) {
    const numbers = entries.map(({ eventId }) => published.get(eventId) ?? -1);
    yield [`in the stream in another order than published (key ${key})`, outOfOrder(numbers)];
    if (promised.order !== 'key') continue;
    const committed = entries.map(({ eventId }) => eventId).filter((id) => state.effects[id] !== undefined);
    const applied = state.orders[key] ?? [];
    const longer = applied.length > committed.length ? applied : committed;
    const at = longer.findIndex((_, index) => applied[index] !== committed[index]);
    const some = (ids: readonly string[]): string => ids.slice(at, at + 3).join(', ');
    const wrong = at < 0 ? [] : [`expected ${some(committed)}`, `got ${some(applied)}`];
    yield [`effects in another order than the stream (key ${key}, from place ${String(at)})`, wrong];
  }
  for (const [where, runs] of groupBy(history.runs, ({ worker, key }) => `${key} on ${worker}`)) {
    const inTime = [...runs].sort((a, b) => a.began - b.began);
    const overlapping = inTime.filter((run, index) => {
      const before = inTime[index - 1];
      return before !== undefined && (before.ended ?? Infinity) > run.began;
    });
    yield [`two runs of one key at once (${where})`, overlapping.map(shownRun)];
    if (promised.order === 'key') yield [`a retry after a later event (${where})`, overtaken(inTime).map(shownRun)];
  }
}

function* leftBehind({ state, held }: Outcome, { workers }: Promised): Generator<Finding> {
  yield ['pending', state.pending];
  yield ['notes of deliveries', state.notes];
  yield ['replays', state.replays === 0 ? [] : [String(state.replays)]];
  yield ['consumers of workers that are gone', state.consumers.filter((name) => !workers.includes(name))];
  yield ['held by workers', held === 0 ? [] : [String(held)]];
}

function* recovery({ state, quietAfterMs, withinMs }: Outcome): Generator<Finding> {
  const late = quietAfterMs === undefined ? [`${String(state.lag)} not delivered`, ...state.pending.slice(0, 5)] : [];
  yield [`not everything was settled within ${String(withinMs)} ms`, late];
  yield ['lag', state.lag === 0 ? [] : [String(state.lag)]];
}

/** Runs of an event that was begun before a run of another one, and again after it. */
function overtaken(runs: readonly Run[]): Run[] {
  const closed = new Set<string>();
  let current: string | undefined;
  return runs.filter(({ eventId }) => {
    if (eventId === current) return false;
    if (current !== undefined) closed.add(current);
    current = eventId;
    return closed.has(eventId);
  });
}

function outOfOrder(numbers: readonly number[]): string[] {
  return numbers.flatMap((number, index) => {
    const before = numbers[index - 1];
    return before !== undefined && before >= number ? [`${String(number)} after ${String(before)}`] : [];
  });
}

function shownRun({ eventId, entryId, attempt, began, ended }: Run): string {
  return `${entryId} (${eventId}), attempt ${String(attempt)}, from ${String(began)} to ${String(ended ?? 'its end')}`;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  return new Map([...groupBy(items, keyOf)].map(([key, group]) => [key, group.length]));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
