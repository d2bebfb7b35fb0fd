/**
 * What a process holds after so many events, in bytes: `heap` is what survives a garbage collection.
 * @typedef {{ count: number, heap: number, rss: number }} MemorySample
 */

/**
 * Looks at the memory when it is warm, in the middle and near the end, after a garbage collection each (`--expose-gc`).
 * @param {number} warmUp
 * @param {number} total
 */
export function createMemoryWatch(warmUp, total) {
  const points = [warmUp, Math.floor((warmUp + total) / 2), total - 1];
  /** @type {MemorySample[]} */
  const samples = [];
  return {
    samples,
    /** @param {number} count */
    handled(count) {
      if (count !== points[samples.length]) return;
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      samples.push({ count, heap: heapUsed, rss });
    },
  };
}
