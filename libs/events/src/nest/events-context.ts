import type { ArgumentsHost } from '@nestjs/common';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { Delivery } from '../delivery/delivery.js';

/** What guards, interceptors and filters see as the context's type. */
export const CONTEXT_TYPE = 'events' satisfies ReturnType<EventsContext['getType']>;

/** In types alone: without it every context would be one of events to TypeScript. */
declare const FOR_EVENTS: unique symbol;

/** What guards, interceptors and exception filters are given when they run for an event: its envelope and its delivery. */
export type EventsContext = {
  readonly [FOR_EVENTS]: true;
  getType(): 'events';
  getArgs(): [event: EventEnvelope<object>, delivery: Delivery];
} & ArgumentsHost;

/** Whether a guard, an interceptor or an exception filter runs for an event, and not for a request. */
export function isEventsContext<T extends ArgumentsHost>(host: T): host is EventsContext & T {
  return host.getType<string>() === CONTEXT_TYPE;
}
