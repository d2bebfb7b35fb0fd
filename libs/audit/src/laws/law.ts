import type { Snapshot } from '../snapshot.js';

/** The result of the check of a law. */
export interface LawResult {
  law: number;
  /** What was checked, and what must hold for it. It follows the number `checked` in the report. */
  title: string;
  /** How many things were checked: those that the title names first. */
  checked: number;
  /** One text for each violation; empty if the law is kept. */
  problems: string[];
}

/** Checks a law of the shop. Pure. */
export type Law = (snapshot: Snapshot) => LawResult;
