import type { FactoryProvider, InjectionToken, Type } from '@nestjs/common';
import { eventsToken } from './tokens.js';

/** A provider of this library's module: a class that Nest makes, or a factory. */
export type OwnProvider = Type | FactoryProvider;

/** A class of this library, or what stands for something of it. */
type Token<T> = (abstract new (...args: never) => T) | symbol;

/** A provider of a class that knows nothing of Nest. @param tokens of what its constructor takes, in order */
export function provide<T, A extends unknown[]>(
  type: new (...args: A) => T,
  ...tokens: { [K in keyof A]: Token<A[K]> }
): FactoryProvider<T> {
  return {
    provide: type,
    inject: tokens as InjectionToken[],
    useFactory: (...args: unknown[]) => new type(...(args as A)),
  };
}

/**
 * The providers as a module of that name has them: their classes are not their tokens then, since `app.get(EventProducer)` gives
 * that of the module without a name, wherever it stands.
 */
export function providersOf(providers: readonly OwnProvider[], name: string | undefined): OwnProvider[] {
  if (name === undefined) return [...providers];
  const own = new Set<unknown>(
    providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
  );
  const named = (token: InjectionToken): InjectionToken =>
    typeof token === 'function' && own.has(token) ? eventsToken(token as Type, name) : token;
  return providers.map((provider): FactoryProvider => {
    if (typeof provider !== 'function') {
      const inject = (provider.inject ?? []) as InjectionToken[];
      return { ...provider, provide: named(provider.provide), inject: inject.map(named) };
    }
    return {
      provide: named(provider),
      inject: dependenciesOf(provider).map(named),
      useFactory: (...dependencies: unknown[]): unknown => new provider(...dependencies),
    };
  });
}

/** What Nest injects into a class: by the types of the constructor's parameters, unless `@Inject` says another token. */
function dependenciesOf(type: Type): InjectionToken[] {
  const tokens = [...((Reflect.getMetadata('design:paramtypes', type) ?? []) as InjectionToken[])];
  const given = (Reflect.getMetadata('self:paramtypes', type) ?? []) as { index: number; param: InjectionToken }[];
  for (const { index, param } of given) tokens[index] = param;
  return tokens;
}
