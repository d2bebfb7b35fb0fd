import { deadLetterFinder, namesItsCause } from '../dead-letter.js';
import { READERS, streamKey } from '../keys.js';
import { pendingKey } from '../pending.js';
import type { Snapshot } from '../snapshot.js';
import type { Law } from './law.js';

/**
 * Law 7: nothing is pending; every dead letter was injected or names its cause; and every entry that is not a valid event is a
 * dead letter of each group that reads its stream.
 */
export const nothingPending: Law = (snapshot) => {
  const { streams, deadLetters, rejected } = snapshot;
  const groups = streams.reduce((count, stream) => count + stream.groups.length, 0);
  return {
    law: 7,
    title: 'groups, rejected entries and dead letters: nothing pending, each dead letter injected or with its cause',
    checked: groups + rejected.length + deadLetters.length,
    problems: [...openOf(snapshot), ...withoutCause(snapshot), ...withoutDeadLetter(snapshot)],
  };
};

function openOf({ streams, pendingIds }: Snapshot): string[] {
  const problems: string[] = [];
  for (const { name, key, length, groups } of streams) {
    for (const { name: group, pending, lag } of groups) {
      const ids = pendingIds.get(pendingKey(key, group)) ?? [];
      const shown = ids.length === 0 ? '' : `: ${ids.join(', ')}${pending > ids.length ? ', …' : ''}`;
      if (pending > 0) problems.push(`${group} has ${String(pending)} pending of ${key}${shown}`);
      if (lag !== 0)
        problems.push(`${lag === null ? 'some' : String(lag)} entries of ${key} were not delivered to ${group}`);
    }
    for (const reader of length === 0 ? [] : READERS[name]) {
      if (groups.some((group) => group.name === reader)) continue;
      problems.push(`${key} has no group ${reader}, which must handle its entries`);
    }
  }
  return problems;
}

function withoutCause({ prefix, deadLetters }: Snapshot): string[] {
  return deadLetters
    .filter((deadLetter) => !deadLetter.isInjected && !namesItsCause(deadLetter))
    .map(
      ({ id, stream, entryId, group }) =>
        `dead letter ${id} of ${streamKey(prefix, stream)} (entry ${entryId}, group ${group}) does not name its cause`,
    );
}

function withoutDeadLetter({ prefix, streams, deadLetters, settledDeadLetters, rejected }: Snapshot): string[] {
  const find = deadLetterFinder(deadLetters);
  const present = new Map(streams.map(({ name, groups }) => [name, new Set(groups.map((group) => group.name))]));
  return rejected.flatMap(({ id, stream, why }) =>
    READERS[stream]
      .filter((group) => present.get(stream)?.has(group) && !find(stream, id, group))
      .filter((group) => !settledDeadLetters.has(`${stream} ${id} ${group}`))
      .map(
        (group) =>
          `entry ${id} of ${streamKey(prefix, stream)} is not a valid event, but not a dead letter of ${group} either: ${why}`,
      ),
  );
}
