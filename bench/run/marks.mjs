/** @typedef {import('../process/consume.mjs').Mark} Mark */

/**
 * What all workers together had at one time, in between their marks on a straight line.
 * @param {readonly (readonly Mark[])[]} marks by worker
 * @param {number} at
 * @param {'count' | 'cpu' | 'commands'} field
 */
export function valueAt(marks, at, field) {
  return marks.reduce((sum, own) => sum + ownValueAt(own, at, field), 0);
}

/**
 * @param {readonly Mark[]} marks
 * @param {number} at
 * @param {'count' | 'cpu' | 'commands'} field
 */
function ownValueAt(marks, at, field) {
  const next = marks.findIndex((mark) => mark.at >= at);
  const after = marks[next];
  const before = marks[next - 1];
  if (after === undefined) return marks.at(-1)?.[field] ?? 0;
  if (before === undefined) return after[field];
  const share = after.at === before.at ? 1 : (at - before.at) / (after.at - before.at);
  return before[field] + share * (after[field] - before[field]);
}

/**
 * When all workers together had handled so many.
 * @param {readonly (readonly Mark[])[]} marks by worker
 * @param {number} count
 */
export function timeAt(marks, count) {
  const times = marks.flatMap((own) => own.map(({ at }) => at)).sort((one, other) => one - other);
  return times.find((at) => valueAt(marks, at, 'count') >= count) ?? times.at(-1) ?? 0;
}

/**
 * What all workers together did from one time to the end.
 * @param {readonly (readonly Mark[])[]} marks by worker
 * @param {number} startAt
 */
export function span(marks, startAt) {
  const endAt = Math.max(...marks.map((own) => own.at(-1)?.at ?? 0));
  const grown = (/** @type {'count' | 'cpu' | 'commands'} */ field) =>
    valueAt(marks, endAt, field) - valueAt(marks, startAt, field);
  return { ms: endAt - startAt, count: grown('count'), cpu: grown('cpu'), commands: grown('commands') };
}
