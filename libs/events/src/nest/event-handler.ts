import 'reflect-metadata';
import type { EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { HandlerOptions } from '../options/handler-options.js';
import { declareHandler } from './declarations.js';
import type { Delivery } from '../delivery/delivery.js';

/** Options of one handler. */
export interface EventHandlerOptions extends HandlerOptions {
  /** The name of the `EventsModule` whose events these are, where there are several. @default the one without a name */
  module?: string;
}

/** What one `@EventHandler` says of its method. */
export interface HandlerMetadata {
  event: EventClass;
  options: EventHandlerOptions;
}

const HANDLER_METADATA = 'nestjs-event-streams:handler';
/** Where Nest looks for a handler's parameters, to apply pipes to them. */
export const PARAMETERS_METADATA = 'nestjs-event-streams:parameters';

/** What the `@EventHandler`s of a method say; nothing where it has none. */
export function handlersOf(method: unknown): HandlerMetadata[] {
  if (typeof method !== 'function') return [];
  return (Reflect.getOwnMetadata(HANDLER_METADATA, method) as HandlerMetadata[] | undefined) ?? [];
}

/**
 * Makes a provider's method the handler of an event type; several of it, of several. It gets the envelope and the
 * {@link Delivery}. When it returns, the event is acknowledged, together with its transaction; when it throws, the event is
 * tried again. It stands above decorators that replace the method.
 *
 * @throws ConfigurationError for what can be no handler, such as a static method
 */
export function EventHandler<T extends object>(event: EventClass<T>, options: EventHandlerOptions = {}) {
  return <M extends (event: EventEnvelope<T>, delivery: Delivery) => unknown>(
    target: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    declareHandler(target, method, descriptor.value);
    const callback = descriptor.value as M;
    const metadata: HandlerMetadata[] = [...handlersOf(callback), { event, options }];
    Reflect.defineMetadata(HANDLER_METADATA, metadata, callback);
    const parameters = Object.fromEntries(
      [0, 1].map((index) => [`${String(index)}:${String(index)}`, { index, pipes: [] }]),
    );
    Reflect.defineMetadata(PARAMETERS_METADATA, parameters, target.constructor, method);
  };
}
