import type { Snapshot } from '../snapshot.js';

/** What became of a law. */
export interface LawResult {
  law: number;
  /** What was looked at and what must hold for it; reads on after `checked`. */
  title: string;
  /** How many of what the title names first. */
  checked: number;
  /** One text for each breach; empty when the law is kept. */
  problems: string[];
}

/** Checks a law of the shop. Pure. */
export type Law = (snapshot: Snapshot) => LawResult;
