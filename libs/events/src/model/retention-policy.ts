/** Which entries of a stream are kept. `maxAgeMs` and `maxLength` never remove an entry that a group has still to handle. */
export interface RetentionPolicy {
  /** How long entries are kept, in milliseconds. */
  maxAgeMs?: number;
  /** How many entries are kept. */
  maxLength?: number;
  /**
   * How many entries are kept at most: beyond that the oldest are removed even if a group has still to handle them, to protect Redis'
   * memory. A warning comes from 80% on, and an error that says how many entries each group has lost.
   */
  hardMaxLength?: number;
}

/** From this share of the hard limit on there is a warning. */
const WARN_SHARE = 0.8;

/** The warning about a stream that is near its hard limit; undefined if it is not. Pure. */
export function warningOf(
  { hardMaxLength }: RetentionPolicy,
  { length, heldBackBy }: { length: number; heldBackBy: string | undefined },
): { length: number; hardMaxLength: number; heldBackBy: string | undefined } | undefined {
  if (hardMaxLength === undefined || length < hardMaxLength * WARN_SHARE) return undefined;
  return { length, hardMaxLength, heldBackBy };
}
