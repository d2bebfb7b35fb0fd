/** Injects the options of `EventsModule`, with every default in its place. */
export const EVENTS_OPTIONS = Symbol('nestjs-event-streams:options');
