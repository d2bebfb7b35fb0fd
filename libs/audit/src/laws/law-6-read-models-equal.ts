import { GROUPS } from '@shop/contracts/facts';
import { READ_MODEL_NAMES, readModelKey } from '../keys.js';
import type { Snapshot } from '../snapshot.js';
import type { Law } from './law.js';
import { recompute } from './recompute.js';

/** Law 6: the processor's read models equal a recomputation from the streams. A missing field counts as 0. */
export const readModelsEqual: Law = (snapshot) => {
  const expected = recompute(snapshot);
  const problems: string[] = [];
  let checked = 0;

  for (const name of READ_MODEL_NAMES) {
    const shown = snapshot.readModels[name];
    for (const field of new Set([...expected[name].keys(), ...shown.keys()])) {
      checked += 1;
      const due = expected[name].get(field) ?? 0;
      const value = shown.get(field) ?? '0';
      if (value !== '' && Number(value) === due) continue;
      const key = readModelKey(snapshot.prefix, name);
      problems.push(`${key} has ${field} at ${value}, the recomputation gives ${String(due)}`);
    }
  }
  if (problems.length > 0) problems.push(...uncounted(snapshot));
  const title = 'numbers of the read models, each equal to a recomputation from the streams';
  return { law: 6, title, checked, problems };
};

/** Valid events that are dead letters of the processor: they explain what is missing in the read models. */
function uncounted(snapshot: Snapshot): string[] {
  const isRejected = new Set(snapshot.rejected.map(({ stream, id }) => `${stream} ${id}`));
  return snapshot.deadLetters
    .filter(({ group, stream, entryId }) => group === GROUPS.processor && !isRejected.has(`${stream} ${entryId}`))
    .map(
      ({ stream, entryId, reason, errorName, errorMessage }) =>
        `not counted: entry ${entryId} of ${stream} is a dead letter of ${GROUPS.processor} (${reason}, ${errorName}: ${errorMessage})`,
    );
}
