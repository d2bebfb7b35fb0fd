/**
 * What the group's hash holds of deliveries that are not settled: how often a handler failed, or that it is done while
 * other handlers of the same event are not. Redis' own delivery count is no such number: reading one's history, or a
 * worker that crashed with the event in its read-ahead, raises it too.
 */
export interface FailureNote {
  /** Failed attempts so far. */
  failures: number;
  /** When the first one failed: milliseconds since 1970; 0 where none has. */
  firstFailureMs: number;
  /**
   * Quarantine runs that began and have not ended: their workers have died, stood still or are cut off. Each is a consumer's
   * name, `/` and a number.
   */
  openQuarantineRuns: readonly string[];
}

/** What stands for a handler that has succeeded. */
export const DONE = 'done';

/** The hash field of one handler's note on one entry. */
export function noteField(id: string, handler: string): string {
  return `${id}|${handler}`;
}

/**
 * What a note becomes; the server keeps the quarantine runs that it does not name, see `lua/delivery-notes.lua`.
 *
 * @param change `+name` of a quarantine run that begins, `-name` of one that has ended, or nothing
 */
export function formatNote(
  { failures, firstFailureMs }: Pick<FailureNote, 'failures' | 'firstFailureMs'>,
  change = '',
): string {
  return `${String(failures)} ${String(firstFailureMs)} ${change}`;
}

const NOTE = /^(\d+) (\d+) (\S*)$/;

/** Of a delivery of which nothing was noted. */
export const NO_FAILURES: Readonly<FailureNote> = { failures: 0, firstFailureMs: 0, openQuarantineRuns: [] };

/** @returns no failures for a missing or unreadable note: rather one attempt more than an event lost */
export function parseNote(note: string | undefined): FailureNote {
  const [, failures, firstFailureMs, openQuarantineRuns = ''] = NOTE.exec(note ?? '') ?? [];
  return failures === undefined
    ? { ...NO_FAILURES }
    : {
        failures: Number(failures),
        firstFailureMs: Number(firstFailureMs),
        openQuarantineRuns: openQuarantineRuns.split(',').filter((name) => name.includes('/')),
      };
}
