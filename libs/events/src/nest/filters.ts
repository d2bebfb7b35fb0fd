import type { ArgumentsHost, ExceptionFilter, Type } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { SafeLogger } from '../log/safe-logger.js';
import { isA, textOf } from '../model/thrown.js';

/** Where Nest's `@Catch` says which errors a filter is for; none for all. */
const CAUGHT = '__filterCatchExceptions__';

/**
 * The exception filters of one handler. They see its failures and can do something about them, such as tell somebody. What
 * they return or throw decides nothing: most of them were written for HTTP, or to write a log.
 */
export class Filters {
  private readonly logger = new SafeLogger('EventsModule');
  private readonly told = new Set<ExceptionFilter>();

  /** @param filters those that are asked first come first */
  constructor(
    private readonly handler: string,
    private readonly filters: readonly ExceptionFilter[],
  ) {}

  /** Shows the failure to the first filter that is for it, as Nest does, and waits until it is done. Never throws. */
  async show(error: unknown, host: ArgumentsHost): Promise<void> {
    const filter = this.filters.find((one) => isFor(one, error));
    if (!filter) return;
    try {
      const result: unknown = await filter.catch(error, host);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    } catch (thrown) {
      // To throw the error on is the usual way to say "not mine".
      if (thrown !== error) this.tell(filter, thrown);
    }
  }

  private tell(filter: ExceptionFilter, thrown: unknown): void {
    if (this.told.has(filter)) return;
    this.told.add(filter);
    this.logger.warn(
      `${filter.constructor.name} failed itself at an error of ${this.handler}, whose own error counts. If it is for HTTP alone, let it ` +
        `ask isEventsContext(host). This is said once. ${textOf(thrown).stack}`,
    );
  }
}

function isFor(filter: ExceptionFilter, error: unknown): boolean {
  const types = (Reflect.getMetadata(CAUGHT, filter.constructor) ?? []) as Type[];
  return types.length === 0 || types.some((type) => isA(error, type));
}
