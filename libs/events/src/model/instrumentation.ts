import type { EventEnvelope } from './event-envelope.js';
import type { EventToPublish } from './event-to-publish.js';
import type { Outcome } from './outcome.js';

/** W3C Trace Context, as an entry's fields carry it. */
export interface TraceFields {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}

declare const opaque: unique symbol;

/** Names an operation to those that follow from it. Opaque: only the instrumentation that gave it out reads it. */
export interface OperationRef {
  readonly [opaque]: 'operation';
}

/** One operation that is under way. It ends once: what is said of its end later has no effect. */
export interface Operation {
  /** For the operations that follow from it; undefined where nobody traces. */
  readonly ref: OperationRef | undefined;
  /** Runs `work` as a part of the operation. */
  run<T>(work: () => T): T;
  /** All of it goes to one partition. */
  inPartition(partition: number): void;
  succeed(): void;
  /** @param outcome what becomes of the delivery, where a handler has failed */
  fail(thrown: unknown, outcome?: Outcome['kind']): void;
  /** Ends as the promise does. */
  until<T>(promise: Promise<T>): Promise<T>;
}

/** One attempt of one handler, before it begins. */
export interface AttemptFacts {
  /** The stream's name, without prefix. */
  stream: string;
  entryId: string;
  event: EventEnvelope<object>;
  handler: string;
  /** Counted from 1. */
  attempt: number;
}

/** A delivery that is settled for one handler. */
export interface SettledFacts {
  /** The stream's name, without prefix. */
  stream: string;
  entryId: string;
  fields: readonly string[] | null;
  /** Undefined for an entry that could not be decoded. */
  eventId: string | undefined;
  /** The attempt that is settled; undefined where there was none, or nobody traces. */
  operation: OperationRef | undefined;
}

/**
 * What is told to those who measure and trace. It never throws, and what it does takes no part in what becomes of an event.
 */
export interface Instrumentation {
  /** Whether nobody listens: then facts need not be put together. */
  readonly isOff: boolean;

  /** What an event that is made now carries: where the active trace stands; undefined for none. */
  readonly activeTrace: TraceFields | undefined;

  /** The same for one partition of several. */
  ofPartition(partition: number): Instrumentation;

  /**
   * Events are published.
   *
   * @param publish does it; gets the events with the trace that they are to carry
   * @returns what `publish` does
   */
  publishing(
    events: readonly EventToPublish[],
    publish: (events: readonly EventToPublish[], operation?: Operation) => Promise<string[]>,
  ): Promise<string[]>;

  /** A transaction has published one event. @param stream its name, without prefix */
  sent(stream: string): void;

  /** Redis has given entries to this consumer. @param stream its name, without prefix */
  consumed(stream: string, count: number): void;

  /**
   * A read has brought entries.
   *
   * @param stream its name, without prefix
   * @param started when the read was begun, by the clock of `performance.now()`
   */
  received(stream: string, entries: readonly { readonly fields: readonly string[] | null }[], started: number): void;

  /** One attempt of one handler begins. @returns undefined where nobody listens */
  process(facts: AttemptFacts): Operation | undefined;

  /** A call to Redis begins that settles deliveries. @returns undefined where nobody listens */
  settle(settled: readonly SettledFacts[]): Operation | undefined;
}

const nothing = (): undefined => undefined;

/** Measures and traces nothing. */
export const NO_INSTRUMENTATION: Instrumentation = {
  isOff: true,
  activeTrace: undefined,
  ofPartition: () => NO_INSTRUMENTATION,
  publishing: (events, publish) => publish(events),
  sent: nothing,
  consumed: nothing,
  received: nothing,
  process: nothing,
  settle: nothing,
};
