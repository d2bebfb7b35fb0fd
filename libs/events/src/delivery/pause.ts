/** A handler's pause before it tries an event again. */
export interface Pause {
  readonly handler: string;
  /** By the clock of `performance.now()`. */
  readonly until: number;
}
