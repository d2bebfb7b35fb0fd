import { ApplicationConfig, ExternalContextCreator, type ModulesContainer, type NestContainer } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { isObservable, lastValueFrom } from 'rxjs';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { Delivery } from '../delivery/delivery.js';
import { inContextOfItsOwn } from '../dispatch/own-context.js';
import { Enhancers, type HandlerMethod } from './enhancers.js';
import { PARAMETERS_METADATA } from './event-handler.js';
import { CONTEXT_TYPE } from './events-context.js';
import { Filters } from './filters.js';

/** Runs a handler for one event. */
export type RunHandler = (event: EventEnvelope<object>, delivery: Delivery) => unknown;

/** Makes the function that is called for an event: the handler's method, with the guards, pipes, interceptors and filters that apply. */
export class EnhancedHandlers {
  private readonly contexts: ExternalContextCreator;

  /** @param globals the application's, if its global enhancers are to apply */
  constructor(
    modules: ModulesContainer,
    private readonly globals: ApplicationConfig | undefined,
  ) {
    const applicationConfig = globals ?? new ApplicationConfig();
    // Nest asks the container only for its modules and its global enhancers.
    const container = { applicationConfig, getModules: () => modules } as unknown as NestContainer;
    this.contexts = ExternalContextCreator.fromContainer(container);
    // Nest's own fails if an Observable ends without a value.
    this.contexts.transformToResult = (result: unknown) => Promise.resolve(awaitable(result));
  }

  /** @throws ConfigurationError for an enhancer that is to apply and cannot */
  of(method: HandlerMethod): RunHandler {
    const enhancers = new Enhancers(method, this.globals);
    const { instance, callback } = method;
    const run = enhancers.surround
      ? this.surrounded(method)
      : (event: EventEnvelope<object>, delivery: Delivery) => awaitable(callback.call(instance, event, delivery));
    const { filters } = enhancers;
    return inContextOfItsOwn(filters.length > 0 ? filtered(run, method, new Filters(method.handler, filters)) : run);
  }

  private surrounded({ instance, callback, name, provider }: HandlerMethod): RunHandler {
    return this.contexts.create(
      instance,
      callback,
      name,
      PARAMETERS_METADATA,
      { exchangeKeyForValue: (position, _data, args: unknown[]) => args[position] },
      undefined,
      provider.id,
      { guards: true, interceptors: true, filters: false },
      CONTEXT_TYPE,
    );
  }
}

/** Tells the filters of failures, which stay failures. */
function filtered(run: RunHandler, { instance, callback }: HandlerMethod, filters: Filters): RunHandler {
  return async (event, delivery) => {
    try {
      return await run(event, delivery);
    } catch (error) {
      const host = new ExecutionContextHost([event, delivery], instance.constructor as never, callback);
      host.setType(CONTEXT_TYPE);
      await filters.show(error, host);
      throw error;
    }
  };
}

/** Waits for an Observable, as Nest does. */
function awaitable(result: unknown): unknown {
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}
