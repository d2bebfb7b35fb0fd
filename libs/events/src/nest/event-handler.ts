import 'reflect-metadata';
import type { EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { ErrorRule, RetryPolicy } from '../model/retry-policy.js';
import { declareHandler } from './declarations.js';
import type { Delivery } from '../delivery/delivery.js';

/** Options of one handler. */
export interface EventHandlerOptions {
  /** The name of the `EventsModule` whose events these are, where there are several. @default the one without a name */
  module?: string;
  /** How often a failure is tried again; what is left out comes from the module's options. */
  retry?: Partial<RetryPolicy>;
  /** What becomes of the event by the class of the error; the first rule that fits decides. */
  errors?: readonly ErrorRule[];
  /**
   * How long one try may take, in milliseconds; then `delivery.signal` is aborted, and the try has failed. What it does
   * afterwards has no effect on Redis, and until it has really ended nothing else of its key begins. 0 for no limit.
   * @default the module's `consumer.timeoutMs`
   */
  timeoutMs?: number;
  /**
   * What becomes of the events that follow a dead letter with the same partition key. `go-on`: they are handled.
   * `park-key`: they wait, as dead letters too; a replay of the first brings the others, in order. @default 'go-on'
   */
  afterDeadLetter?: 'go-on' | 'park-key';
}

/** What one `@EventHandler` says of its method. */
export interface HandlerMetadata {
  event: EventClass;
  options: EventHandlerOptions;
}

type HandlerMethod<T extends object> = (event: EventEnvelope<T>, delivery: Delivery) => unknown;

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
  return <M extends HandlerMethod<T>>(
    target: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    declareHandler(target, method, descriptor.value);
    const callback = descriptor.value as HandlerMethod<T>;
    const metadata: HandlerMetadata[] = [...handlersOf(callback), { event, options }];
    Reflect.defineMetadata(HANDLER_METADATA, metadata, callback);
    const parameters = Object.fromEntries(
      [0, 1].map((index) => [`${String(index)}:${String(index)}`, { index, pipes: [] }]),
    );
    Reflect.defineMetadata(PARAMETERS_METADATA, parameters, target.constructor, method);
  };
}
