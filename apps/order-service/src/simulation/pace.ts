/** Determines when the next customer arrives. */
export interface Pace {
  /** Resolves when the next customer arrives, or when the simulation stops; undefined if the customer has already arrived. */
  next(): Promise<void> | undefined;
}
