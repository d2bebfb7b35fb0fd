import type { EventProducer } from 'nestjs-event-streams';
import type { History } from './history.js';

/** Publishing that goes on until it is told to stop. */
export interface Publishers {
  /** Resolves when the last answers are there. */
  stop(): Promise<void>;
}

/**
 * Publishes to each key, one event after the other; each waits for the answer of the one before.
 *
 * @param pauseMs between two events of a key; not faster than the test's workers, or recovery takes long
 */
export function publishOn(
  history: History,
  producer: EventProducer,
  keys: readonly string[],
  pauseMs = 10,
): Publishers {
  let isStopping = false;
  const loops = keys.map(async (key) => {
    for (let number = 0; !isStopping; number += 1) {
      await history.publish(producer, key, number);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
  return {
    async stop() {
      isStopping = true;
      await Promise.all(loops);
    },
  };
}

/** `a 0`, `a 1`, … */
export function keysOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${String(index)}`);
}
