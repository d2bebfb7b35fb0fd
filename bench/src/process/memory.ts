import type { MemorySample } from './messages.js';

export interface MemoryWatch {
  readonly samples: readonly MemorySample[];
  /** Must be called after each event, with the number of events so far. */
  handled(count: number): void;
}

/** Measures the memory after the warm-up, in the middle and near the end, each time after a garbage collection (`--expose-gc`). */
export function watchMemory(warmUp: number, total: number): MemoryWatch {
  const points = [warmUp, Math.floor((warmUp + total) / 2), total - 1];
  const samples: MemorySample[] = [];
  return {
    samples,
    handled(count) {
      if (count !== points[samples.length]) return;
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      samples.push({ count, heap: heapUsed, rss });
    },
  };
}
