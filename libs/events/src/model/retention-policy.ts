/** What of a stream is kept. What a group has still to handle stays, whatever the first two say. */
export interface RetentionPolicy {
  /** How long entries are kept, in milliseconds. */
  maxAgeMs?: number;
  /** How many entries are kept. */
  maxLength?: number;
  /**
   * Beyond how many entries the oldest go even if a group has still to handle them, to protect Redis' memory. Said
   * loudly from four fifths on, and when it happens, with what each group lost.
   */
  hardMaxLength?: number;
}

/** The share of the hard limit from which on there is a warning. */
const WARN_SHARE = 0.8;

/** What a look at a stream is worth saying. Pure. */
export function warningOf(
  { hardMaxLength }: RetentionPolicy,
  { length, heldBackBy }: { length: number; heldBackBy: string | undefined },
): { length: number; hardMaxLength: number; heldBackBy: string | undefined } | undefined {
  if (hardMaxLength === undefined || length < hardMaxLength * WARN_SHARE) return undefined;
  return { length, hardMaxLength, heldBackBy };
}
