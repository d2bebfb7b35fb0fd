import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, ExternalContextCreator, MetadataScanner, ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import { domainEventOf } from '../envelope/domain-event.js';
import { ConfigurationError } from '../errors.js';
import { resolveErrorRules, resolveRetry, resolveTimeout, type ResolvedOptions } from '../module/options.js';
import { EVENTS_OPTIONS } from '../module/tokens.js';
import type { Delivery } from './delivery.js';
import { HANDLER_METADATA, PARAMETERS_METADATA, type HandlerMetadata } from './event-handler.js';
import type { RegisteredHandler } from './subscriptions.js';

/** What guards, interceptors and filters see as the context's type. */
const CONTEXT_TYPE = 'events';

interface Method {
  instance: object;
  name: string;
  callback: (...args: unknown[]) => unknown;
  metadata: HandlerMetadata;
}

/** Finds the methods with `@EventHandler` and wraps them so that guards, pipes, interceptors and filters apply. */
@Injectable()
export class HandlerExplorer {
  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly contexts: ExternalContextCreator,
    private readonly modules: ModuleRef,
  ) {}

  /** @throws ConfigurationError for a handler of a class without `@DomainEvent`, or of a provider with request scope */
  explore(): RegisteredHandler[] {
    return [...this.methods()].map((method) => this.register(method));
  }

  private *methods(): Generator<Method> {
    const seen = new Set<object>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      // By the instance, not by the class: what a factory made or what was given as a value has handlers, too.
      const instance: unknown = wrapper.instance;
      if (wrapper.isAlias || typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
      seen.add(instance);
      const prototype = Object.getPrototypeOf(instance) as object | null;
      if (!prototype) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const callback = (prototype as Record<string, unknown>)[name] as Method['callback'];
        const metadata = Reflect.getMetadata(HANDLER_METADATA, callback) as HandlerMetadata | undefined;
        if (!metadata) continue;
        if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) {
          throw new ConfigurationError(
            `${String(wrapper.name)}.${name}: event handlers need a provider of the default scope; there is no request here`,
          );
        }
        yield { instance, name, callback, metadata };
      }
    }
  }

  private register({ instance, name, callback, metadata }: Method): RegisteredHandler {
    const handler = `${instance.constructor.name}.${name}`;
    domainEventOf(metadata.event);
    const run = this.isBare(instance, callback) ? bare(instance, callback) : this.wrapped(instance, name, callback);
    return {
      name: handler,
      event: metadata.event,
      retry: resolveRetry(`@EventHandler on ${handler}: retry`, metadata.options.retry, this.options.consumer.retry),
      errors: resolveErrorRules(`@EventHandler on ${handler}: errors`, metadata.options.errors),
      timeoutMs: resolveTimeout(
        `@EventHandler on ${handler}: timeoutMs`,
        metadata.options.timeoutMs ?? this.options.consumer.timeoutMs,
      ),
      parksKey: metadata.options.afterDeadLetter === 'park-key',
      invoke: (event: EventEnvelope<object>, delivery: Delivery): unknown => run(event, delivery),
    };
  }

  private wrapped(instance: object, name: string, callback: Method['callback']) {
    return this.contexts.create(
      instance,
      callback,
      name,
      PARAMETERS_METADATA,
      { exchangeKeyForValue: (position, _data, args: unknown[]) => args[position] },
      undefined,
      undefined,
      // Nest's filter of last resort logs every exception; without a filter of the user's there is nothing to run.
      { guards: true, interceptors: true, filters: this.hasFilters(instance, callback) },
      CONTEXT_TYPE,
    );
  }

  /** Whether no guard, pipe, interceptor or filter applies, as for most handlers: then it is called as it is. */
  private isBare(instance: object, callback: object): boolean {
    const config = this.modules.get(ApplicationConfig, { strict: false });
    const global = [
      ...config.getGlobalGuards(),
      ...config.getGlobalRequestGuards(),
      ...config.getGlobalPipes(),
      ...config.getGlobalRequestPipes(),
      ...config.getGlobalInterceptors(),
      ...config.getGlobalRequestInterceptors(),
    ];
    const own = [GUARDS_METADATA, PIPES_METADATA, INTERCEPTORS_METADATA].some(
      (key) => Reflect.hasMetadata(key, instance.constructor) || Reflect.hasMetadata(key, callback),
    );
    return global.length === 0 && !own && !this.hasFilters(instance, callback);
  }

  private hasFilters(instance: object, callback: object): boolean {
    const config = this.modules.get(ApplicationConfig, { strict: false });
    return (
      config.getGlobalFilters().length + config.getGlobalRequestFilters().length > 0 ||
      Reflect.hasMetadata(FILTERS_METADATA, instance.constructor) ||
      Reflect.hasMetadata(FILTERS_METADATA, callback)
    );
  }
}

/** A handler as it is; as Nest does, an Observable is waited for. */
function bare(instance: object, callback: Method['callback']) {
  return (event: EventEnvelope<object>, delivery: Delivery): unknown => {
    const result = callback.call(instance, event, delivery);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  };
}

/** Nest's own names for what `@UseFilters`, `@UseGuards`, `@UsePipes` and `@UseInterceptors` say. */
const FILTERS_METADATA = '__exceptionFilters__';
const GUARDS_METADATA = '__guards__';
const PIPES_METADATA = '__pipes__';
const INTERCEPTORS_METADATA = '__interceptors__';
