import type { DeadLetterCause } from '../../../src/contract/dead-letters.js';

/** Causes that differ in the group alone: the same failure, in several groups. */
export interface Kind {
  id: string;
  first: DeadLetterCause;
  count: number;
  causes: readonly DeadLetterCause[];
}

/** Gathers causes by what failed, the most frequent first. */
export function kindsOf(causes: readonly DeadLetterCause[]): Kind[] {
  const kinds = new Map<string, DeadLetterCause[]>();
  for (const cause of causes) {
    const id = JSON.stringify([cause.stream, cause.reason, cause.errorName, cause.errorPattern]);
    kinds.set(id, [...(kinds.get(id) ?? []), cause]);
  }
  return [...kinds]
    .flatMap(([id, alike]) => {
      const sorted = alike.sort((a, b) => b.count - a.count || a.group.localeCompare(b.group));
      const count = sorted.reduce((sum, cause) => sum + cause.count, 0);
      return sorted[0] === undefined ? [] : [{ id, first: sorted[0], count, causes: sorted }];
    })
    .sort((a, b) => b.count - a.count || a.id.localeCompare(b.id));
}
