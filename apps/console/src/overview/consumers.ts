import { groupBy } from 'nestjs-event-streams/internal';
import type { ConsumerState } from '../contract/overview.js';
import { consumerState, isWorker } from '../observe/consumer-state.js';
import type { Picture } from '../observe/picture.js';
import { groupTotals } from './totals.js';

/** A worker over all the streams that it reads. */
export interface Consumer {
  name: string;
  group: string;
  state: ConsumerState;
  pending: number;
  idleMs: number;
  /** The `source` of the events that it publishes; null if its connection does not say. */
  source: string | null;
  /** Since when it is gone; null if it is not. */
  goneSinceMs: number | null;
}

/** The workers of all groups, each once. */
export function consumersOf(picture: Picture): Consumer[] {
  return groupTotals(picture).flatMap(({ name: group, parts }) => {
    const rows = parts.flatMap((part) => part.group.consumerRows ?? []).filter(({ name }) => isWorker(name));
    return [...groupBy(rows, ({ name }) => name)].map(([name, own]) => {
      // It is alive if it was active on any of its streams.
      const idleMs = Math.min(...own.map((row) => row.idleMs));
      return {
        name,
        group,
        state: consumerState({ name, idleMs }, picture.workers),
        pending: own.reduce((sum, { pending }) => sum + pending, 0),
        idleMs,
        source: picture.workers?.get(name)?.source ?? null,
        goneSinceMs: picture.goneSinceMs.get(name) ?? null,
      };
    });
  });
}
