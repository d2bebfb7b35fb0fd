import type { Law } from './law.js';

/** Law 5: for every sku, the sum of the changes in stream order equals each stated stock level, and none is negative. */
export const stockFolds: Law = ({ updates, rejected }) => {
  const levels = new Map<string, number>();
  /** By sku, the deviation of the last stated level: a lost change is reported once, and not again for each later event. */
  const deviations = new Map<string, number>();
  const problems: string[] = [];

  for (const { id, changes } of updates) {
    for (const { sku, change, level } of changes) {
      const folded = (levels.get(sku) ?? 0) + change;
      const deviation = level - folded;
      const isNew = deviation !== 0 && deviation !== deviations.get(sku);
      levels.set(sku, folded);
      deviations.set(sku, deviation);
      if (isNew) {
        problems.push(`entry ${id} leaves ${sku} at ${String(level)}, but the sum of its changes is ${String(folded)}`);
      }
      if (level < 0) problems.push(`entry ${id} leaves ${sku} at ${String(level)}, below 0`);
      else if (folded < 0 && isNew)
        problems.push(`the sum of the changes of ${sku} up to entry ${id} is ${String(folded)}, below 0`);
    }
  }
  // Groups reject a level below 0, so such an entry is a dead letter. The law is broken nevertheless.
  for (const { id, changes = [] } of rejected) {
    for (const { sku, level } of changes) {
      if (level < 0) problems.push(`entry ${id} leaves ${sku} at ${String(level)}, below 0`);
    }
  }
  return {
    law: 5,
    title: 'skus, each stock level equal to the sum of the changes, none below 0',
    checked: levels.size,
    problems,
  };
};
