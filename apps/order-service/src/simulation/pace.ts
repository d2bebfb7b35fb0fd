/** Says when the next customer comes. */
export interface Pace {
  /** Resolves when one has come, or when none is wanted any more; undefined where one is there already. */
  next(): Promise<void> | undefined;
}
