import { isPromise } from '../concurrency/promise-like.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { Observation, ObservationKind } from '../model/observation.js';
import { textOf } from '../model/thrown.js';

interface Listener {
  listener: (observation: Observation) => unknown;
  /** Undefined for all. */
  kinds: ReadonlySet<ObservationKind> | undefined;
}

/** Tells listeners what happens to events: for logs, metrics and tests. */
export class EventsObserver {
  private readonly logger = new SafeLogger(EventsObserver.name);
  private readonly listeners = new Set<Listener>();

  /**
   * @param kinds what the listener hears of; what no listener does is not even put together. @default all
   * @returns a function that ends the subscription
   */
  subscribe<K extends ObservationKind = ObservationKind>(
    listener: (observation: Extract<Observation, { kind: K }>) => void,
    kinds?: readonly K[],
  ): () => void {
    const own = {
      listener: listener as Listener['listener'],
      kinds: kinds && new Set<ObservationKind>(kinds),
    };
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  /** Whether anybody hears of it. */
  isHeard(kind: ObservationKind): boolean {
    for (const { kinds } of this.listeners) if (kinds?.has(kind) ?? true) return true;
    return false;
  }

  /** Tells all listeners; one that throws is no reason to handle the event again. */
  emit(observation: Observation): void {
    for (const { listener, kinds } of this.listeners) {
      if (kinds && !kinds.has(observation.kind)) continue;
      try {
        const result = listener(observation);
        // It may be an async function after all, and nobody waits for it.
        if (isPromise(result)) Promise.resolve(result).catch((thrown: unknown) => { this.report(observation, thrown); }); // prettier-ignore
      } catch (thrown) {
        this.report(observation, thrown);
      }
    }
  }

  private report({ kind }: Observation, thrown: unknown): void {
    this.logger.error(`An observer failed at "${kind}"`, textOf(thrown).stack);
  }
}
