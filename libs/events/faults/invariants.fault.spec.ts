import { describe, expect, it } from 'vitest';
import type { FinalState } from './final-state.js';
import { History } from './history.js';
import { violationsOf, type Outcome, type Promised } from './invariants.js';

/** A trial in which all went well: two events of one key and one of another, of which the last one is a dead letter. */
function wellBehaved() {
  const history = new History();
  const events = [
    { eventId: 'e1', key: 'a', number: 0, id: '1-0' },
    { eventId: 'e2', key: 'a', number: 1, id: '2-0' },
    { eventId: 'e3', key: 'b', number: 0, id: '3-0' },
  ];
  let tick = 0;
  for (const { id, ...event } of events) {
    history.take({ asked: event });
    history.take({ answered: event.eventId, answer: { kind: 'acknowledged', id } });
    const began = ++tick;
    history.take({ began: { worker: 'w1', eventId: event.eventId, key: event.key, entryId: id, attempt: 1, began } });
    history.take({ ended: { worker: 'w1', began, at: ++tick } });
  }
  history.take({ asked: { eventId: 'e4', key: 'a', number: 2 } });
  history.take({ answered: 'e4', answer: { kind: 'unknown', error: 'PublishTimeoutError' } });
  history.take({ asked: { eventId: 'e5', key: 'a', number: 3 } });
  history.take({ answered: 'e5', answer: { kind: 'refused', error: 'ProducerOverloadedError' } });
  const state: FinalState = {
    entries: events.map(({ id, eventId, key }) => ({ id, eventId, key })),
    deadLetters: ['e3'],
    effects: { e1: 1, e2: 1 },
    orders: { a: ['e1', 'e2'], b: [] },
    followed: ['e1', 'e2'],
    pending: [],
    consumers: ['w1'],
    notes: [],
    replays: 0,
    lag: 0,
  };
  const outcome: Outcome = { state, quietAfterMs: 10, withinMs: 1000, held: 0 };
  const promised: Promised = { order: 'key', workers: ['w1'], dead: new Set(['e3']) };
  return { history, state, outcome, promised };
}

type Trial = ReturnType<typeof wellBehaved>;

const run = (worker: string, eventId: string, began: number, ended: number) => [
  { began: { worker, eventId, key: 'a', entryId: `entry of ${eventId}`, attempt: 1, began } },
  { ended: { worker, began, at: ended } },
];

/** One promise broken at a time: which one must be named, by what, and what must be shown. */
const broken: [invariant: string, what: string, shown: string, spoil: (trial: Trial) => void][] = [
  [
    'A',
    'acknowledged, but not in the stream',
    'a 1 (e2)',
    ({ state }) => {
      state.entries.splice(1, 1);
      state.orders['a'] = ['e1'];
      state.effects = { e1: 1 };
      state.followed = ['e1'];
    },
  ],
  [
    'A',
    'acknowledged, but not in the stream under that id',
    'is 9-0',
    ({ state }) => {
      state.entries[1] = { id: '9-0', eventId: 'e2', key: 'a' };
    },
  ],
  [
    'A',
    'refused, but in the stream',
    'a 3 (e5)',
    ({ state }) => {
      state.entries.push({ id: '4-0', eventId: 'e5', key: 'a' });
      state.effects['e5'] = 1;
      state.followed.push('e5');
      state.orders['a']?.push('e5');
    },
  ],
  [
    'A',
    'in the stream more than once',
    'e3',
    ({ state }) => {
      state.entries.push({ id: '9-0', eventId: 'e3', key: 'c' });
    },
  ],
  [
    'A',
    'nobody published it',
    'e9',
    ({ state, promised }) => {
      state.entries.push({ id: '9-0', eventId: 'e9', key: 'c' });
      state.deadLetters.push('e9');
      promised.dead = new Set(['e3', 'e9']);
    },
  ],
  [
    'A',
    'both committed and a dead letter',
    'e3',
    ({ state }) => {
      state.effects['e3'] = 1;
      state.followed.push('e3');
      state.orders['b']?.push('e3');
    },
  ],
  [
    'A',
    'neither committed nor a dead letter',
    'e2',
    ({ state }) => {
      state.effects = { e1: 1 };
      state.followed = ['e1'];
      state.orders['a'] = ['e1'];
    },
  ],
  ['A', 'more than one dead letter', 'e3', ({ state }) => state.deadLetters.push('e3')],
  ['A', 'a dead letter that should be none', 'e3', ({ promised }) => (promised.dead = new Set())],
  ['A', 'no dead letter, but should be one', 'e2', ({ promised }) => (promised.dead = new Set(['e2', 'e3']))],
  ['B', 'an effect on the state that was not applied once', 'e2: 2 times', ({ state }) => (state.effects['e2'] = 2)],
  [
    'B',
    'an effect of an event that is not in the stream',
    'e4',
    ({ state }) => {
      state.effects['e4'] = 1;
      state.followed.push('e4');
    },
  ],
  ['B', 'an event that followed more than once', 'e1: 2 times', ({ state }) => state.followed.push('e1')],
  ['B', 'an effect without its event that follows', 'e2', ({ state }) => (state.followed = ['e1'])],
  ['B', 'an event that follows without its effect', 'e3', ({ state }) => state.followed.push('e3')],
  ['C', 'effects in another order than the stream (key a', 'got e2, e1', ({ state }) => state.orders['a']?.reverse()],
  ['C', 'effects in another order than the stream (key a', 'got e2', ({ state }) => state.orders['a']?.shift()],
  [
    'C',
    'in another order than published (key a)',
    '0 after 1',
    ({ state }) => {
      state.entries.reverse();
      state.orders['a']?.reverse();
    },
  ],
  [
    'C',
    'two runs of one key at once (a on w1)',
    'entry of e2',
    ({ history }) => {
      for (const message of [...run('w1', 'e1', 10, 13), ...run('w1', 'e2', 11, 12)]) history.take(message);
      history.runs.splice(0, 3);
    },
  ],
  [
    'C',
    'a retry after a later event (a on w1)',
    'entry of e1',
    ({ history }) => {
      for (const message of run('w1', 'e1', 10, 11)) history.take(message);
    },
  ],
  ['D', 'pending', '2-0 of w1', ({ state }) => state.pending.push('2-0 of w1')],
  ['D', 'notes of deliveries', '2-0|Notes.onNote', ({ state }) => state.notes.push('2-0|Notes.onNote')],
  ['D', 'replays', '1', ({ state }) => (state.replays = 1)],
  ['D', 'consumers of workers that are gone', 'w2', ({ state }) => state.consumers.push('w2')],
  ['D', 'held by workers', '3', ({ outcome }) => (outcome.held = 3)],
  [
    'E',
    'not everything was settled within 1000 ms',
    '0 not delivered',
    ({ outcome }) => {
      outcome.quietAfterMs = undefined;
    },
  ],
  ['E', 'lag', '4', ({ state }) => (state.lag = 4)],
];

describe('the checker', () => {
  it('finds nothing where all went well', () => {
    const { history, outcome, promised } = wellBehaved();
    expect(violationsOf(history, outcome, promised)).toEqual([]);
  });

  it.each(broken)('finds %s: %s, and shows %s', (invariant, what, shown, spoil) => {
    const trial = wellBehaved();
    spoil(trial);
    const found = violationsOf(trial.history, trial.outcome, trial.promised);
    expect(new Set(found.map((violation) => violation.invariant))).toEqual(new Set([invariant]));
    const violation = found.find((one) => one.what.includes(what));
    expect(violation?.shownBy.join('\n')).toContain(shown);
  });

  it('lets a publish with unknown outcome be there or not', () => {
    const { history, state, outcome, promised } = wellBehaved();
    state.entries.push({ id: '4-0', eventId: 'e4', key: 'a' });
    state.effects['e4'] = 1;
    state.followed.push('e4');
    state.orders['a']?.push('e4');
    expect(violationsOf(history, outcome, promised)).toEqual([]);
  });

  it('lets Redis lose what it acknowledged only where that is said', () => {
    const { history, state, outcome, promised } = wellBehaved();
    state.entries.splice(1, 1);
    state.effects = { e1: 1 };
    state.followed = ['e1'];
    state.orders['a'] = ['e1'];
    expect(violationsOf(history, outcome, { ...promised, mayLoseAcknowledged: true })).toEqual([]);
    expect(violationsOf(history, outcome, promised)).toMatchObject([{ invariant: 'A' }]);
  });

  it('asks for no order across workers, but for one run at a time on each', () => {
    const { history, state, outcome, promised } = wellBehaved();
    state.orders['a']?.reverse();
    for (const message of run('w1', 'e1', 10, 11)) history.take(message);
    expect(violationsOf(history, outcome, { ...promised, order: 'worker' })).toEqual([]);
    for (const message of run('w1', 'e2', 11, 12)) history.take(message);
    history.take({ began: { worker: 'w2', eventId: 'e1', key: 'a', entryId: '1-0', attempt: 2, began: 1 } });
    history.take({ began: { worker: 'w2', eventId: 'e2', key: 'a', entryId: '2-0', attempt: 2, began: 2 } });
    expect(violationsOf(history, outcome, { ...promised, order: 'worker' })).toMatchObject([
      { invariant: 'C', what: 'two runs of one key at once (a on w2)' },
    ]);
  });
});
