import { Module, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { EventsModule, type EventsModuleOptions } from 'nestjs-event-streams';

/** An application's module as a user writes it, for tests of how it starts. */
export function rootOf(
  options: Pick<EventsModuleOptions, 'redis' | 'prefix'> & Partial<EventsModuleOptions>,
  providers: Provider[],
  imports: NonNullable<ModuleMetadata['imports']> = [],
): Type {
  @Module({
    imports: [EventsModule.forRoot({ source: 'tester', group: 'testers', ...options }), ...imports],
    providers,
  })
  class Root {}
  return Root;
}
