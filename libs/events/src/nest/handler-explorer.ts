import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { registerHandler } from '../dispatch/register-handler.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { demandGroupsOfTheirOwn, moduleNames } from './named-modules.js';
import type { ResolvedModuleOptions } from './module-options.js';
import { EVENTS_OPTIONS } from './tokens.js';
import { SafeLogger } from '../log/safe-logger.js';
import { chainOf, declaredHandlers, declaringPrototypes } from './declarations.js';
import { scopedEnhancersOf, type HandlerMethod, type Provider } from './enhancers.js';
import { handlersOf, type HandlerMetadata } from './event-handler.js';
import { EnhancedHandlers, type RunHandler } from './enhanced-handler.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';

/** How many classes one line of the log names. */
const MAX_NAMES = 10;

/** Finds the methods with `@EventHandler` and wraps them so that guards, pipes, interceptors and filters apply. */
@Injectable()
export class HandlerExplorer {
  private readonly logger = new SafeLogger('EventsModule');
  private readonly runners: EnhancedHandlers;

  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedModuleOptions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly modules: ModulesContainer,
    globals: ApplicationConfig,
  ) {
    this.runners = new EnhancedHandlers(modules, options.globalEnhancers ? globals : undefined);
  }

  /**
   * @throws ConfigurationError for what was declared a handler and cannot be one: of a class without `@DomainEvent`, in a
   * provider with request scope, replaced or overridden by a method without `@EventHandler`, provided twice
   */
  explore(): RegisteredHandler[] {
    demandGroupsOfTheirOwn(this.modules);
    const handlers: RegisteredHandler[] = [];
    const providers = new Map<object, Provider>();
    for (const { method, metadata } of this.methods(providers)) {
      const run = this.runners.of(method);
      for (const one of metadata) handlers.push(this.register(method.handler, one, run));
    }
    this.tellOfUnprovided(providers);
    return handlers;
  }

  /** @param providers is filled, by their classes' prototypes, with those that have handlers */
  private *methods(
    providers: Map<object, Provider>,
  ): Generator<{ method: HandlerMethod; metadata: HandlerMetadata[] }> {
    const seen = new Set<object>();
    for (const provider of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const prototype = prototypeOf(provider);
      if (provider.isAlias || !prototype) continue;
      const instance = provider.instance as object;
      // One value may be provided by several modules.
      if (seen.has(instance)) continue;
      if (isStatic(provider)) seen.add(instance);
      for (const name of this.handlerNames(prototype)) {
        const handler = `${prototype.constructor.name}.${name}`;
        const callback = Reflect.get(prototype, name) as HandlerMethod['callback'];
        const metadata = handlersOf(callback);
        if (metadata.length === 0) throw lost(prototype, name, handler);
        demandDefaultScope(provider, handler);
        const other = providers.get(prototype);
        if (other && other !== provider) throw providedTwice(handler, prototype.constructor.name, [other, provider]);
        providers.set(prototype, provider);
        for (const { options } of metadata) this.demandModule(handler, options.module);
        const own = metadata.filter(({ options }) => options.module === this.options.name);
        if (own.length > 0) yield { method: { handler, name, provider, instance, callback }, metadata: own };
      }
    }
  }

  /** Methods with the metadata of a handler, and those that were declared handlers. */
  private handlerNames(prototype: object): Set<string> {
    const own = this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => handlersOf(Reflect.get(prototype, name)).length > 0);
    return new Set([...own, ...[...declaredHandlers(prototype)].map(({ method }) => method)]);
  }

  private demandModule(handler: string, module: string | undefined): void {
    const names = moduleNames(this.modules);
    if (names.includes(module)) return;
    const known = names.map((name) => name ?? 'nothing').join(' or ');
    const given = module === undefined ? 'nothing' : JSON.stringify(module);
    throw new ConfigurationError(`@EventHandler on ${handler}: expected module as ${known}, got ${given}`);
  }

  private register(handler: string, { event, options }: HandlerMetadata, run: RunHandler): RegisteredHandler {
    const found = { name: handler, event, options, invoke: run };
    return registerHandler(`@EventHandler on ${handler}`, found, this.options.consumer, ['module']);
  }

  /** They may belong to another application of this process, as in tests, so it is no error. */
  private tellOfUnprovided(providers: ReadonlyMap<object, Provider>): void {
    // One of the modules says it for all.
    if (moduleNames(this.modules)[0] !== this.options.name) return;
    const provided = new Set([...providers.keys()].flatMap((prototype) => [...chainOf(prototype)]));
    const missing = [...declaringPrototypes()].filter((prototype) => !provided.has(prototype));
    if (missing.length === 0) return;
    const names = missing.slice(0, MAX_NAMES).map((prototype) => {
      const [first] = declaredHandlers(prototype);
      return `${prototype.constructor.name}.${first?.method ?? ''}`;
    });
    const more = missing.length > MAX_NAMES ? ` and ${String(missing.length - MAX_NAMES)} more` : '';
    this.logger.warn(
      `No module of this application provides the classes of these handlers, which are not called here: ${names.join(', ')}${more}`,
    );
  }
}

/** Of the instance, not of the provider's class: instances that a factory or a value gives have handlers, too. */
function prototypeOf(provider: Provider): object | undefined {
  const instance: unknown = provider.instance;
  if (typeof instance === 'object' && instance !== null) {
    return (Object.getPrototypeOf(instance) as object | null) ?? undefined;
  }
  // A factory of request scope has made nothing yet.
  if (isStatic(provider) || typeof provider.token !== 'function') return undefined;
  return provider.token.prototype as object | undefined;
}

function isStatic(provider: Provider): boolean {
  return !provider.isTransient && provider.isDependencyTreeStatic();
}

function demandDefaultScope(provider: Provider, handler: string): void {
  if (isStatic(provider)) return;
  const scoped = scopedEnhancersOf(provider);
  const because = scoped.length === 0 ? '' : `, and that is the scope of ${scoped.join(', ')}`;
  throw new ConfigurationError(
    `${handler}: event handlers need a provider of the default scope; there is no request here${because}`,
  );
}

/** Why a method that was declared a handler no longer is one. */
function lost(prototype: object, name: string, handler: string): ConfigurationError {
  const owner = [...declaredHandlers(prototype)].find(({ method }) => method === name)?.owner;
  const holder = [...chainOf(prototype)].find((one) => Object.hasOwn(one, name));
  if (!owner || !holder || holder === owner) {
    return new ConfigurationError(
      `${handler} was replaced by another decorator after @EventHandler, so its events would reach nobody: put @EventHandler above ` +
        'that decorator',
    );
  }
  return new ConfigurationError(
    `${handler} would get no events: it overrides the handler ${owner.constructor.name}.${name} without @EventHandler. Put that on ` +
      `${holder.constructor.name}.${name}, too, or rename it`,
  );
}

function providedTwice(handler: string, name: string, providers: readonly Provider[]): ConfigurationError {
  const where = providers.map(({ host, token }) => {
    const as = typeof token === 'function' ? token.name : String(token);
    return `by ${host?.name ?? '?'}${as === name ? '' : ` as ${as}`}`;
  });
  return new ConfigurationError(
    `${name} is provided twice, ${where.join(' and ')}, so ${handler} would handle each event twice: provide it in one module, and ` +
      'export it from there to the other',
  );
}
