/** The options of `npm start`. */
export interface ShopOptions {
  readonly help: boolean;
  readonly quiet: boolean;
  readonly simulation: boolean;
  readonly processors: number;
  /** Mean orders a second; `max` for as many as the shop can handle; null for the default. */
  readonly rate: number | 'max' | null;
  readonly seed: number | null;
  /** How long to run, in milliseconds; null: until Ctrl-C. */
  readonly forMs: number | null;
  readonly portBase: number;
}
