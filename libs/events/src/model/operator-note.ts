/** Who changes something, and why: for the history. Both are shown to operators. */
export interface OperatorNote {
  /** Who. @default '' */
  by?: string;
  /** The reason. @default '' */
  why?: string;
  /** Whether the caller vouches that it was `by`, who has logged in. @default false */
  verified?: boolean;
}
