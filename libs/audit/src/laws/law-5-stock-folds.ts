import type { Law } from './law.js';

/** Law 5: for every sku, folding the changes in stream order gives each stock level, and none is negative. */
export const stockFolds: Law = ({ updates, rejected }) => {
  const levels = new Map<string, number>();
  /** By how much the stated level was off at the last event of a sku: one lost change is one problem, not one each. */
  const drifts = new Map<string, number>();
  const problems: string[] = [];

  for (const { id, changes } of updates) {
    for (const { sku, change, level } of changes) {
      const folded = (levels.get(sku) ?? 0) + change;
      const drift = level - folded;
      const isNews = drift !== 0 && drift !== drifts.get(sku);
      levels.set(sku, folded);
      drifts.set(sku, drift);
      if (isNews) {
        problems.push(`entry ${id} leaves ${sku} at ${String(level)}, but its changes so far give ${String(folded)}`);
      }
      if (level < 0) problems.push(`entry ${id} leaves ${sku} at ${String(level)}, below 0`);
      else if (folded < 0 && isNews)
        problems.push(`the changes of ${sku} up to entry ${id} give ${String(folded)}, below 0`);
    }
  }
  // No group accepts a level below 0, so such an entry is a dead letter by now; the law is broken all the same.
  for (const { id, changes = [] } of rejected) {
    for (const { sku, level } of changes) {
      if (level < 0) problems.push(`entry ${id} leaves ${sku} at ${String(level)}, below 0`);
    }
  }
  return { law: 5, title: 'skus, whose changes give each stock level, none below 0', checked: levels.size, problems };
};
