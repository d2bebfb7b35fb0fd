import type { Mark } from '../process/messages.js';

type Counter = 'count' | 'cpu' | 'commands';

/** The work of all workers together between two times. */
export interface Span extends Record<Counter, number> {
  readonly ms: number;
}

/**
 * A counter of all workers together at one time, interpolated linearly between their marks.
 *
 * @param marks by worker
 */
export function valueAt(marks: readonly (readonly Mark[])[], at: number, counter: Counter): number {
  return marks.reduce((sum, own) => sum + ownValueAt(own, at, counter), 0);
}

function ownValueAt(marks: readonly Mark[], at: number, counter: Counter): number {
  const next = marks.findIndex((mark) => mark.at >= at);
  const after = marks[next];
  const before = marks[next - 1];
  if (after === undefined) return marks.at(-1)?.[counter] ?? 0;
  if (before === undefined) return after[counter];
  const share = after.at === before.at ? 1 : (at - before.at) / (after.at - before.at);
  return before[counter] + share * (after[counter] - before[counter]);
}

/**
 * The time at which all workers together had handled so many events.
 *
 * @param marks by worker
 */
export function timeAt(marks: readonly (readonly Mark[])[], count: number): number {
  const times = marks.flatMap((own) => own.map(({ at }) => at)).sort((one, other) => one - other);
  return times.find((at) => valueAt(marks, at, 'count') >= count) ?? times.at(-1) ?? 0;
}

/**
 * The work from one time to the end.
 *
 * @param marks by worker
 */
export function span(marks: readonly (readonly Mark[])[], startAt: number): Span {
  const endAt = Math.max(...marks.map((own) => own.at(-1)?.at ?? 0));
  const grown = (counter: Counter) => valueAt(marks, endAt, counter) - valueAt(marks, startAt, counter);
  return { ms: endAt - startAt, count: grown('count'), cpu: grown('cpu'), commands: grown('commands') };
}
