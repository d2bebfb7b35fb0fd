import type { EventEnvelope } from './event-envelope.js';
import type { EventToPublish } from './event-to-publish.js';
import type { Outcome } from './outcome.js';

/** W3C Trace Context, as an entry's fields carry it. */
export interface TraceFields {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}

declare const opaque: unique symbol;

/** Stands for an operation, for the operations that follow from it. Only the instrumentation that made it can read it. */
export interface OperationRef {
  readonly [opaque]: 'operation';
}

/** An operation that is under way. It ends once: later calls of `succeed` and `fail` have no effect. */
export interface Operation {
  /** For the operations that follow from it; undefined without tracing. */
  readonly ref: OperationRef | undefined;
  /** Runs `work` as a part of the operation. */
  run<T>(work: () => T): T;
  /** All events of the operation go to this partition. */
  inPartition(partition: number): void;
  succeed(): void;
  /** @param outcome what becomes of the delivery, if a handler has failed */
  fail(thrown: unknown, outcome?: Outcome['kind']): void;
  /** Ends when the promise does, and as it does. */
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
  /** The attempt that is settled; undefined if there was none, and without tracing. */
  operation: OperationRef | undefined;
}

/**
 * The port for metrics and traces. It never throws, and has no influence on what becomes of an event.
 */
export interface Instrumentation {
  /** Whether neither metrics nor traces are wanted: then facts need not be put together. */
  readonly isOff: boolean;

  /** The trace fields of an event that is published now; undefined if no trace is active. */
  readonly activeTrace: TraceFields | undefined;

  /** The same, for one partition. */
  ofPartition(partition: number): Instrumentation;

  /**
   * Events are published.
   *
   * @param publish does it; gets the events with their trace fields
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

  /** One attempt of one handler begins. @returns undefined if `isOff` */
  process(facts: AttemptFacts): Operation | undefined;

  /** A call to Redis begins that settles deliveries. @returns undefined if `isOff` */
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
