// What needs no NestJS, and what makes it a module of NestJS. The names of the first stand once, at its own door.
export * from './core.js';
export { EventHandler, type EventHandlerOptions } from './nest/event-handler.js';
export { isEventsContext, type EventsContext } from './nest/events-context.js';
export { EventsHealth, type HealthFinding } from './nest/events-health.js';
export { EventsModule } from './nest/events.module.js';
export { type EventsModuleAsyncOptions, type EventsModuleExtras } from './nest/module-import.js';
export { type EventsModuleOptions } from './nest/module-options.js';
export { eventsToken, InjectEvents } from './nest/tokens.js';
export { EventConsumer } from './nest/event-consumer.js';
