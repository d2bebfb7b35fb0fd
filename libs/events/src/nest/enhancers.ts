import type { ExceptionFilter } from '@nestjs/common';
import type { ApplicationConfig, DiscoveryService } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
import { ConfigurationError } from '../model/errors/configuration.js';

/** A provider of the container, and what Nest knows of it. */
export type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** The kinds of enhancers: Nest's metadata for each, and the method that an object of the kind has. */
const KINDS = [
  { kind: 'guard', metadata: '__guards__', method: 'canActivate' },
  { kind: 'pipe', metadata: '__pipes__', method: 'transform' },
  { kind: 'interceptor', metadata: '__interceptors__', method: 'intercept' },
  { kind: 'filter', metadata: '__exceptionFilters__', method: 'catch' },
] as const;
const FILTER = KINDS[3];

/** A handler's method, and the provider that has it. */
export interface HandlerMethod {
  /** `OrderHandlers.onOrderPlaced` */
  handler: string;
  /** `onOrderPlaced` */
  name: string;
  provider: Provider;
  instance: object;
  callback: (...args: unknown[]) => unknown;
}

/**
 * The guards, pipes, interceptors and filters that apply to a handler: those of its class and its method, and the global ones with the
 * option `globalEnhancers`.
 */
export class Enhancers {
  /** Global ones first, then those of the class, then those of the method, as Nest applies all but filters. */
  private readonly found: { kind: (typeof KINDS)[number]; enhancer: object }[];

  /**
   * @param globals the application's, if its global enhancers are to apply
   * @throws ConfigurationError for one that is to apply and cannot, such as one of request scope: there is no request
   */
  constructor(method: HandlerMethod, globals: ApplicationConfig | undefined) {
    const { instance, callback } = method;
    this.found = KINDS.flatMap((kind) => {
      const own = [instance.constructor, callback].flatMap(
        (where) => (Reflect.getMetadata(kind.metadata, where) ?? []) as object[],
      );
      const applied = [
        ...(globals ? globalsOf(kind, globals, method.handler) : []),
        ...own.map((one) => madeOf(kind, one, method)),
      ];
      return applied.map((enhancer) => ({ kind, enhancer }));
    });
  }

  /** Whether there are guards, pipes or interceptors. */
  get surround(): boolean {
    return this.found.some(({ kind }) => kind !== FILTER);
  }

  /** The filters, in the order in which they are asked: those of the method first. */
  get filters(): ExceptionFilter[] {
    return this.found
      .filter(({ kind }) => kind === FILTER)
      .map(({ enhancer }) => enhancer as ExceptionFilter)
      .reverse();
  }
}

/** The names of the enhancers because of which a provider has request scope. */
export function scopedEnhancersOf(provider: Provider): string[] {
  // Undefined if there are none, although its type says otherwise.
  return ((provider.getEnhancersMetadata() as Provider[] | undefined) ?? [])
    .filter((enhancer) => !enhancer.isDependencyTreeStatic())
    .map((enhancer) => `${enhancer.subtype ?? 'enhancer'} ${nameOf(enhancer)}`);
}

function globalsOf({ kind }: (typeof KINDS)[number], config: ApplicationConfig, handler: string): object[] {
  const { fixed, scoped }: { fixed: readonly object[]; scoped: readonly Provider[] } = {
    guard: { fixed: config.getGlobalGuards(), scoped: config.getGlobalRequestGuards() },
    pipe: { fixed: config.getGlobalPipes(), scoped: config.getGlobalRequestPipes() },
    interceptor: { fixed: config.getGlobalInterceptors(), scoped: config.getGlobalRequestInterceptors() },
    filter: { fixed: config.getGlobalFilters(), scoped: config.getGlobalRequestFilters() },
  }[kind];
  for (const one of scoped) throw cannotApply(handler, `global ${kind} ${nameOf(one)}`, NO_REQUEST);
  // A factory may give none.
  return fixed.filter((one) => (one as object | undefined) !== undefined && (one as object | null) !== null);
}

/** The object that Nest made of an enhancer's class, for this handler. */
function madeOf({ kind, method }: (typeof KINDS)[number], given: object, { handler, provider }: HandlerMethod): object {
  if (typeof given !== 'function') return given;
  const what = `${kind} ${given.name}`;
  const known = provider.host?.injectables.get(given as never);
  if (!known) {
    // Nest looks for the enhancers of the classes that it makes itself.
    throw cannotApply(
      handler,
      what,
      `Nest makes none for a provider that a factory or a value gives. Give it an object: new ${given.name}(…)`,
    );
  }
  if (!known.isDependencyTreeStatic()) throw cannotApply(handler, what, NO_REQUEST);
  // A transient one was made for this provider.
  const { instance } = known.getInstanceByContextId(STATIC_CONTEXT, provider.id) as { instance: object | null };
  for (const one of [instance, given]) if (one && typeof Reflect.get(one, method) === 'function') return one;
  throw cannotApply(handler, what, `it has no method ${method}`);
}

const NO_REQUEST = 'it has request scope, or depends on a provider that has, and there is no request';

function cannotApply(handler: string, what: string, why: string): ConfigurationError {
  return new ConfigurationError(`${handler}: ${what} cannot apply: ${why}`);
}

/** The class's name, where there is one: the token of a global enhancer is a generated one. */
function nameOf({ metatype, token }: Pick<Provider, 'metatype' | 'token'>): string {
  return typeof metatype === 'function' && metatype.name !== '' ? metatype.name : String(token);
}
