/** The pause between two tries of a handler at an event. */
export interface Pause {
  readonly handler: string;
  /** By the clock of `performance.now()`. */
  readonly until: number;
}
