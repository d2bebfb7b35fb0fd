import type { ConfigurableModuleAsyncOptions } from '@nestjs/common';
import type { EventsModuleOptions } from './module-options.js';

/** What `EventsModule.forRoot` and `forRootAsync` take beside the options themselves. */
export interface EventsModuleExtras {
  /** Whether every module of the application can inject what this one exports, without importing it. @default true */
  isGlobal?: boolean;
  /** Tells this import apart from others with another Redis, prefix or group. @default the one without a name */
  name?: string | undefined;
}

/** What `EventsModule.forRootAsync` takes: `useFactory`, `useClass` or `useExisting`, which give the options. */
export interface EventsModuleAsyncOptions
  extends ConfigurableModuleAsyncOptions<EventsModuleOptions>, EventsModuleExtras {}
