/** A handler's pause before its next attempt at an event. */
export interface Pause {
  readonly handler: string;
  /** By the clock of `performance.now()`. */
  readonly until: number;
}
