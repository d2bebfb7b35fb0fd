import { Inject, type Abstract, type InjectionToken, type Type } from '@nestjs/common';

/** Injects the options of `EventsModule`, with every default in its place. */
export const EVENTS_OPTIONS = Symbol('nestjs-event-streams:options');

/** Injects `{ name }` of the `EventsModule`; undefined for the one without a name. */
export const EVENTS_NAME = Symbol('nestjs-event-streams:name');

/** Injects what a module measures and traces with. */
export const INSTRUMENTATION = Symbol('nestjs-event-streams:instrumentation');

/**
 * Where a named `EventsModule`'s `EventProducer`, `EventMonitor`, … is found: `app.get(eventsToken(EventProducer, 'billing'))`.
 *
 * @param name of the module; undefined for the one without a name, whose classes are their own tokens
 */
export function eventsToken<T>(type: Type<T> | Abstract<T>, name?: string): InjectionToken<T> {
  return name === undefined ? type : `nestjs-event-streams:${name}:${type.name}`;
}

/** Injects what belongs to a named `EventsModule`: `@InjectEvents(EventProducer, 'billing') producer: EventProducer`. */
export function InjectEvents(type: Type | Abstract<unknown>, name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(eventsToken(type, name));
}
