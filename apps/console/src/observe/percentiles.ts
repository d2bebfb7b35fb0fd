import type { Percentiles } from '../contract/overview.js';

/** Percentiles of durations in milliseconds; null if there are no durations. */
export function percentilesOf(durations: readonly number[]): Percentiles | null {
  if (durations.length === 0) return null;
  const sorted = durations.toSorted((a, b) => a - b);
  /** The smallest value that is at least as large as this share of the values. */
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: sorted.length };
}
