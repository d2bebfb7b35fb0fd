import { compareEntryIds, timeOfEntryId } from 'nestjs-event-streams';
import type { SurveyedStream } from 'nestjs-event-streams/internal';
import { Meter } from './meter.js';
import type { SeenGroup, SeenStream } from './picture.js';

type GroupRow = SurveyedStream['groups'][number];

/** When a survey was made, and how often its stream is surveyed. */
export interface SurveyTime {
  /** By the server's clock. */
  nowMs: number;
  /** By the clock of `performance.now()`. */
  atMs: number;
  everyMs: number;
}

/** A group after a survey. What the survey did not read stays as it was. */
export function seenGroup(
  stream: SeenStream,
  row: GroupRow,
  found: SurveyedStream,
  { nowMs, atMs, everyMs }: SurveyTime,
): SeenGroup {
  const { name } = row;
  const before = stream.groups.get(name);
  const meter = before?.meter ?? new Meter();
  const delivered = row.lag === null ? row.entriesRead : stream.entriesAdded - row.lag;
  meter.add(atMs, delivered === null ? null : Math.max(0, delivered - row.pending), everyMs);
  const rows = found.consumers[name];
  const summary = found.pending[name];
  return {
    ...row,
    meter,
    lagMs: lagMsOf(stream, row, found.next[name], before?.lagMs ?? 0, nowMs),
    consumerRows: rows ?? before?.consumerRows,
    consumersAtMs: rows ? nowMs : (before?.consumersAtMs ?? 0),
    oldestPendingId: row.pending === 0 ? null : (summary?.first ?? before?.oldestPendingId),
    replays: found.replays[name] ?? before?.replays ?? 0,
  };
}

/** @param next the first entry that was not delivered to the group; null if there is none, undefined if it was not read */
function lagMsOf(
  { last }: SeenStream,
  { lag, lastDeliveredId }: GroupRow,
  next: string | null | undefined,
  before: number,
  nowMs: number,
): number {
  if (lag === 0 || (last && compareEntryIds(last.id, lastDeliveredId) <= 0)) return 0;
  // The entry that was read before may have been delivered meanwhile; the next one has waited for a shorter time.
  const waits = (id: string): number => Math.max(0, nowMs - timeOfEntryId(id));
  if (next !== undefined) return next === null ? 0 : waits(next);
  if (lag === 1 && last) return waits(last.id);
  return Math.min(before + 1000, waits(lastDeliveredId));
}
