import type { MemorySample } from './messages.js';

export interface MemoryWatch {
  readonly samples: readonly MemorySample[];
  /** To be called after each event, with how many there were. */
  handled(count: number): void;
}

/** Looks at the memory when it is warm, in the middle and near the end, after a garbage collection each (`--expose-gc`). */
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
