/** Who changes something, and why: for the history. Both are shown to operators. */
export interface OperatorNote {
  by?: string;
  why?: string;
  /** Whether the caller vouches that it was `by`, who has logged in. @default false */
  verified?: boolean;
}
