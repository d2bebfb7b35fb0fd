import { isPromise } from '../concurrency/promise-like.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { Observation, ObservationKind } from '../model/observation.js';
import { textOf } from '../model/thrown.js';

interface Listener {
  listener: (observation: Observation) => unknown;
  /** The kinds that it is called for; undefined for all. */
  kinds: ReadonlySet<ObservationKind> | undefined;
}

/** Tells listeners what happens to events, for logs, metrics and tests. Nest injects it. */
export class EventsObserver {
  private readonly logger = new SafeLogger(EventsObserver.name);
  private readonly listeners = new Set<Listener>();

  /**
   * Calls a listener for each observation. An error of a listener is logged, and has no other effect.
   *
   * @param kinds the kinds that the listener is called for: others may cost nothing then. @default all
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

  /** Whether a listener wants observations of a kind. */
  isHeard(kind: ObservationKind): boolean {
    for (const { kinds } of this.listeners) if (kinds?.has(kind) ?? true) return true;
    return false;
  }

  /** Calls the listeners. It never throws: the event is handled already. */
  emit(observation: Observation): void {
    for (const { listener, kinds } of this.listeners) {
      if (kinds && !kinds.has(observation.kind)) continue;
      try {
        const result = listener(observation);
        // An async function: nobody awaits it.
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
