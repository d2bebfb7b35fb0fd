import { ConfigurationError } from '../model/errors/configuration.js';
import { keyPart, OptionName, trueOrFalse } from '../options/check.js';
import { resolveOptions, type EventsOptions, type ResolvedOptions } from '../options/options.js';

/** What `EventsModule.forRoot` takes. */
export interface EventsModuleOptions extends EventsOptions {
  /**
   * Whether the application's global guards, pipes, interceptors and exception filters also apply to event handlers. Those of
   * a handler's class and method always apply. @default false
   */
  globalEnhancers?: boolean;
}

/** With every default in its place. */
export interface ResolvedModuleOptions extends ResolvedOptions {
  /** The module's name; undefined for the module without one. */
  name: string | undefined;
  globalEnhancers: boolean;
}

/** What the options were given to, as errors name it. */
const CALLER = 'EventsModule';

/** What `forRootAsync` takes beside the factory. */
const BESIDE_FACTORY = ['name', 'isGlobal'];

/**
 * Checks the options and puts the defaults in.
 *
 * @param moduleName of the module; undefined for the one without a name
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function resolveModuleOptions(options: EventsModuleOptions, moduleName?: string): ResolvedModuleOptions {
  const beside = BESIDE_FACTORY.find((one) => Object.hasOwn(options, one));
  if (beside !== undefined) {
    throw new ConfigurationError(`${CALLER}: expected ${beside} beside useFactory, not in what it returns`);
  }
  const name = moduleName === undefined ? undefined : keyPart(new OptionName(CALLER, 'name'), moduleName, {});
  return { name, ...resolveOptions(options, CALLER, { globalEnhancers: trueOrFalse(false) }) };
}
