import type { ArgumentsHost, ExceptionFilter, Type } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { SafeLogger } from '../log/safe-logger.js';
import { isA, textOf } from '../model/thrown.js';

/** Nest's metadata of `@Catch`: the errors that a filter is for; none means all. */
const CAUGHT = '__filterCatchExceptions__';

/**
 * The exception filters of one handler. They are told of its failures. What they return or throw does not decide about the event:
 * most filters are written for HTTP, or to log.
 */
export class Filters {
  private readonly logger = new SafeLogger('EventsModule');
  private readonly told = new Set<ExceptionFilter>();

  /** @param filters in the order in which they are asked */
  constructor(
    private readonly handler: string,
    private readonly filters: readonly ExceptionFilter[],
  ) {}

  /** Gives the failure to the first filter that is for it, as Nest does, and waits for the filter. Never throws. */
  async show(error: unknown, host: ArgumentsHost): Promise<void> {
    const filter = this.filters.find((one) => isFor(one, error));
    if (!filter) return;
    try {
      const result: unknown = await filter.catch(error, host);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    } catch (thrown) {
      // A filter that throws the same error again has only passed it on.
      if (thrown !== error) this.tell(filter, thrown);
    }
  }

  private tell(filter: ExceptionFilter, thrown: unknown): void {
    if (this.told.has(filter)) return;
    this.told.add(filter);
    this.logger.warn(
      `The exception filter ${filter.constructor.name} failed at an error of ${this.handler}; the error of the handler counts. If the filter ` +
        `is for HTTP only, let it check isEventsContext(host). This is logged once. ${textOf(thrown).stack}`,
    );
  }
}

function isFor(filter: ExceptionFilter, error: unknown): boolean {
  const types = (Reflect.getMetadata(CAUGHT, filter.constructor) ?? []) as Type[];
  return types.length === 0 || types.some((type) => isA(error, type));
}
