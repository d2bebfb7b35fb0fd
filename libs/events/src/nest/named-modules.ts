import type { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '../model/errors/configuration.js';
import type { ResolvedModuleOptions } from './module-options.js';
import { EVENTS_NAME, EVENTS_OPTIONS } from './tokens.js';

/** The names of an application's `EventsModule`s; undefined is that of the one without a name. */
export function moduleNames(modules: ModulesContainer): (string | undefined)[] {
  return valuesOf<{ name: string | undefined }>(modules, EVENTS_NAME).map(({ name }) => name);
}

/** @throws ConfigurationError when two modules have one name, or none */
export function demandOneOfEachName(modules: ModulesContainer): void {
  const names = moduleNames(modules);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (names.length === new Set(names).size) return;
  throw new ConfigurationError(
    twice === undefined
      ? 'EventsModule is imported twice without a name, and each would call every handler: import it once, since it is global, or ' +
          "name the other one: EventsModule.forRoot({ name: 'billing', … })"
      : `EventsModule is imported twice as ${twice}: import it once, since it is global, or give the other one another name`,
  );
}

/** @throws ConfigurationError when two modules are workers of one group, and each would get what is for the other's handlers */
export function demandGroupsOfTheirOwn(modules: ModulesContainer): void {
  const seen = new Map<string, ResolvedModuleOptions>();
  for (const options of valuesOf<ResolvedModuleOptions>(modules, EVENTS_OPTIONS)) {
    const { redis, prefix, group } = options;
    if (group === undefined || typeof redis !== 'string') continue;
    const place = JSON.stringify([redis, prefix, group]);
    const other = seen.get(place);
    if (other) {
      const both = [other, options].map(({ name }) => name ?? 'the one without a name').join(' and ');
      throw new ConfigurationError(
        `${options.caller}: expected another group for each of ${both}, which have the same redis and prefix, got ${group} twice: each ` +
          "would get events that only the other's handlers know",
      );
    }
    seen.set(place, options);
  }
}

function valuesOf<T>(modules: ModulesContainer, token: symbol): T[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const provider = providers.get(token);
    return provider ? [provider.instance as T] : [];
  });
}
