/**
 * The middle one, or between the two middle ones.
 * @param {readonly number[]} values at least one
 */
export function medianOf(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @typedef {{ p50: number, p99: number, p999: number, max: number }} Percentiles */

/**
 * @param {Float64Array} values
 * @returns {Percentiles}
 */
export function percentilesOf(values) {
  const sorted = values.toSorted();
  const at = (/** @type {number} */ share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** @typedef {{ median: number, min: number, max: number }} Spread */

/**
 * @param {readonly number[]} values
 * @returns {Spread | undefined} undefined where there is none
 */
export function spreadOf(values) {
  if (values.length === 0) return undefined;
  return { median: medianOf(values), min: Math.min(...values), max: Math.max(...values) };
}
