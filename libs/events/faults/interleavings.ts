/** What a worker can do with the events of a stream. */
export interface Step {
  worker: string;
  what: 'read' | 'claim' | 'settle' | 'acknowledge' | 'note' | 'crash';
  /** Which event, for those that concern one. */
  event?: number;
}

/** What becomes of an event: its handler has an effect, which is committed, or none, and it is acknowledged. */
export type Kind = 'effect' | 'plain';

/** What the group and its workers know, as far as it decides what can happen next. */
interface Model {
  /** How many events were delivered. */
  delivered: number;
  /** Who holds each event by the pending list: a worker, or nobody since it is settled or was not delivered. */
  owners: readonly (number | undefined)[];
  /** Which events each worker believes to hold; what it is told later of their loss does not matter here. */
  held: readonly (readonly number[])[];
  /** Whether a failure of each event was noted, once being enough. */
  noted: readonly boolean[];
  /** The events of which each worker knows that there are notes: it wrote them, or found them when it took over. */
  known: readonly (readonly number[])[];
}

const WORKERS = ['one', 'two'] as const;

/**
 * Every schedule of so many steps of two workers on two events, or fewer where nothing is left to do. Of two that differ
 * in the workers' names alone, one is given.
 */
export function schedules(depth: number, kinds: readonly Kind[]): Step[][] {
  const found: Step[][] = [];
  const start: Model = {
    delivered: 0,
    owners: [undefined, undefined],
    held: [[], []],
    noted: [false, false],
    known: [[], []],
  };
  const extend = (model: Model, steps: Step[]): void => {
    const next = steps.length < depth ? stepsFrom(model, kinds) : [];
    if (next.length === 0) {
      found.push(steps);
      return;
    }
    // The first step is the first worker's.
    for (const { step, leadsTo } of next) {
      if (steps.length > 0 || step.worker === WORKERS[0]) extend(leadsTo, [...steps, step]);
    }
  };
  extend(start, []);
  return found;
}

function stepsFrom(model: Model, kinds: readonly Kind[]): { step: Step; leadsTo: Model }[] {
  const { delivered, owners, held, noted, known } = model;
  const next: { step: Step; leadsTo: Model }[] = [];
  WORKERS.forEach((worker, own) => {
    const mine = held[own] ?? [];
    const withMine = (events: readonly number[]) => held.map((others, index) => (index === own ? events : others));
    const knowing = (events: readonly number[]) => known.map((others, index) => (index === own ? events : others));
    if (delivered < kinds.length) {
      const leadsTo = {
        ...model,
        delivered: delivered + 1,
        owners: owners.map((owner, event) => (event === delivered ? own : owner)),
        held: withMine([...mine, delivered]),
      };
      next.push({ step: { worker, what: 'read' }, leadsTo });
    }
    const pending = owners.flatMap((owner, event) => (owner === undefined ? [] : [event]));
    if (pending.some((event) => owners[event] !== own || !mine.includes(event))) {
      const leadsTo = {
        ...model,
        owners: owners.map((owner) => (owner === undefined ? undefined : own)),
        held: withMine([...new Set([...mine, ...pending])]),
        // What it held already it does not look up again.
        known: knowing([...(known[own] ?? []), ...pending.filter((event) => noted[event] && !mine.includes(event))]),
      };
      next.push({ step: { worker, what: 'claim' }, leadsTo });
    }
    for (const event of mine) {
      const without = mine.filter((one) => one !== event);
      // A commit asks whose the event is; a plain acknowledgement does not, and knows of no notes.
      const isPlain = kinds[event] === 'plain' && !known[own]?.includes(event);
      const isSettled = isPlain || owners[event] === own;
      const leadsTo = {
        ...model,
        owners: owners.map((owner, index) => (index === event && isSettled ? undefined : owner)),
        held: withMine(without),
      };
      next.push({ step: { worker, what: isPlain ? 'acknowledge' : 'settle', event }, leadsTo });
      if (!noted[event]) {
        const nowNoted = noted.map((was, index) => was || index === event);
        const leadsTo = { ...model, noted: nowNoted, known: knowing([...(known[own] ?? []), event]) };
        next.push({ step: { worker, what: 'note', event }, leadsTo });
      }
    }
    if (mine.length > 0) {
      next.push({ step: { worker, what: 'crash' }, leadsTo: { ...model, held: withMine([]), known: knowing([]) } });
    }
  });
  return next;
}
