import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  HttpException,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  type Provider,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import {
  type Delivery,
  type ErrorRule,
  EventHandler,
  type EventEnvelope,
  isEventsContext,
  UnrecoverableError,
} from 'nestjs-event-streams';
import { catchError, EMPTY, type Observable, of, throwError } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { SOON } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

class OriginalError extends Error {
  override readonly name = 'OriginalError';
}

/** A filter for everything, made of what its `catch` does. */
function filterOf(react: (error: unknown, host: ArgumentsHost) => unknown): Type<ExceptionFilter> {
  @Catch()
  class Filter implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost): unknown {
      return react(error, host);
    }
  }
  return Filter;
}

/** A handler that fails always, with a decorator on its method. */
function failing(decorator: MethodDecorator, errors: ErrorRule[] = []): Type {
  @Injectable()
  class Notes {
    @EventHandler(NoteTaken, { retry: { ...SOON, attempts: 2 }, errors })
    @decorator
    onNote(_: EventEnvelope<NoteTaken>, { transaction }: Delivery): void {
      transaction.incrby('effects', 1);
      throw new OriginalError('the real reason');
    }
  }
  return Notes;
}

const none: MethodDecorator = () => undefined;

describe('Exception filters', () => {
  let redis: TestRedis;
  let runs = 0;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** Publishes one note, and tells what has become of it. */
  async function fateOf(
    providers: Provider[],
    options: { globalEnhancers?: boolean } = {},
    prepare?: (worker: Worker) => void,
  ) {
    const prefix = `run${String((runs += 1))}`;
    await using worker = await startWorker(redis.url, { prefix, ...options }, providers);
    prepare?.(worker);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is settled', async () => (await worker.monitor.groups('notes'))[0]?.lag === 0 && worker.consumer.inFlight === 0 && worker.observations.length > 0); // prettier-ignore
    return {
      kinds: worker.observations.map(({ kind }) => kind),
      deadLetters: await readEntries(redis.client, `${prefix}:notes:dead-letters`),
      effects: await redis.client.get(`${prefix}:tester:effects`),
    };
  }

  const exhausted = {
    kinds: ['retried', 'dead-lettered'],
    deadLetters: [expect.objectContaining({ reason: 'exhausted', attempts: '2', error_name: 'OriginalError', error_message: 'the real reason' })], // prettier-ignore
    effects: null,
  };

  const reactions: [string, (error: unknown, host: ArgumentsHost) => unknown][] = [
    ['returns nothing', () => undefined],
    ['returns a value', () => 'dealt with'],
    ['resolves to nothing', () => Promise.resolve()],
    ['returns null', () => null],
    ['rejects', () => Promise.reject(new HttpException('nope', 400))],
    ['answers by HTTP, and fails at it', (_, host) => host.switchToHttp().getResponse<{ status: (code: number) => unknown }>().status(500)], // prettier-ignore
    ['throws another error, which would not be tried again', () => { throw new UnrecoverableError('no more'); }], // prettier-ignore
    [
      'throws null',
      () => {
        throw null as unknown as Error;
      },
    ],
    ['gives an Observable that fails, as filters of microservices do', () => throwError(() => new Error('rpc'))],
    ['gives an Observable of a value', () => of('dealt with')],
    ['gives an Observable without a value', () => EMPTY],
  ];

  it.each(reactions)('that %s does not change what becomes of a failure', async (_, react) => {
    let seen: unknown;
    const filter = filterOf((error, host) => {
      seen = error;
      return react(error, host);
    });
    expect(await fateOf([failing(UseFilters(filter))])).toEqual(exhausted);
    expect(seen).toBeInstanceOf(OriginalError);
  });

  it('leave the rules by error class the error that the handler threw', async () => {
    const filter = filterOf(() => {
      throw new HttpException('not found', 404);
    });
    const rules: ErrorRule[] = [
      { error: HttpException, action: 'acknowledge' },
      { error: OriginalError, action: 'dead-letter' },
    ];
    const { kinds, deadLetters } = await fateOf([failing(UseFilters(filter), rules)]);
    expect(kinds).toEqual(['dead-lettered']);
    expect(deadLetters).toMatchObject([{ reason: 'unrecoverable', error_name: 'OriginalError', attempts: '1' }]);
  });

  it('can say that a failure does not matter: the event is acknowledged, without effects', async () => {
    const seen: string[] = [];
    const filter = filterOf((error, host) => {
      if (!isEventsContext(host)) throw error;
      const [event, delivery] = host.getArgs();
      seen.push(`${event.event_type} ${delivery.handler}`);
      delivery.acknowledgeOnFailure();
    });
    expect(await fateOf([failing(UseFilters(filter))])).toEqual({
      kinds: ['failure-acknowledged'],
      deadLetters: [],
      effects: null,
    });
    expect(seen).toEqual(['note_taken Notes.onNote']);
  });

  it('are asked the nearest first, and only one of them', async () => {
    const asked: string[] = [];
    const near = filterOf(() => asked.push('method'));
    const far = filterOf(() => asked.push('class'));
    const handler = failing(UseFilters(near));
    UseFilters(far)(handler);
    const everywhere = { provide: APP_FILTER, useClass: filterOf(() => asked.push('global')) };
    expect(await fateOf([handler, everywhere], { globalEnhancers: true })).toEqual(exhausted);
    expect(asked).toEqual(['method', 'method']);
  });
});

describe('Global enhancers', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const called: string[] = [];

  @Injectable()
  class JwtGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      called.push(`guard ${String(isEventsContext(context))}`);
      return isEventsContext(context) || Boolean(context.switchToHttp().getRequest<{ user?: unknown }>().user);
    }
  }

  @Injectable()
  class AnyPipe implements PipeTransform {
    transform(value: unknown): unknown {
      called.push('pipe');
      return value;
    }
  }

  @Injectable()
  class AnyInterceptor implements NestInterceptor {
    intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
      called.push('interceptor');
      return next.handle();
    }
  }

  const everywhere: Provider[] = [
    { provide: APP_GUARD, useClass: JwtGuard },
    { provide: APP_PIPE, useClass: AnyPipe },
    { provide: APP_INTERCEPTOR, useClass: AnyInterceptor },
    { provide: APP_FILTER, useClass: filterOf(() => called.push('filter')) },
  ];

  const expectations: [string, { globalEnhancers?: boolean }, string[]][] = [
    ['do not apply to events', {}, []],
    [
      'apply to events where the module says so, and lose nothing',
      { globalEnhancers: true },
      ['guard true', 'interceptor', 'pipe', 'pipe', 'filter'],
    ],
  ];

  it.each(expectations)('%s', async (_, options, expected) => {
    called.length = 0;
    const prefix = options.globalEnhancers ? 'everywhere' : 'local';
    await using worker = await startWorker(redis.url, { prefix, ...options }, [failing(none, [{ error: OriginalError, action: 'dead-letter' }]), ...everywhere]); // prettier-ignore
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is a dead letter', () => redis.client.xlen(`${prefix}:notes:dead-letters`));
    expect(called).toEqual(expected);
    expect(await readEntries(redis.client, `${prefix}:notes:dead-letters`)).toMatchObject([
      { error_name: 'OriginalError' },
    ]);
  });

  it.each([
    ['catchError(() => of(…))', () => of('swallowed')],
    ['catchError(() => EMPTY)', () => EMPTY],
  ])(
    'of the handler itself decide: an interceptor that swallows an error by %s has handled the event',
    async (how, swallow) => {
      @Injectable()
      class Swallow implements NestInterceptor {
        intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
          return next.handle().pipe(catchError(() => swallow()));
        }
      }
      const prefix = `swallow${String(how.length)}`;
      await using worker = await startWorker(redis.url, { prefix }, [failing(UseInterceptors(Swallow))]);
      await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
      await eventually('it is settled', () => worker.observations.length > 0);
      expect(worker.observations.map(({ kind }) => kind)).toEqual(['handled']);
    },
  );

  it.each([
    ['a failure like any other', [], ['retried', 'dead-lettered']],
    ['judged by the rules', [{ error: ForbiddenException, action: 'acknowledge' as const }], ['failure-acknowledged']],
  ])('of the handler itself decide: a guard that denies is %s', async (name, rules, kinds) => {
    class Deny implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }
    await using worker = await startWorker(redis.url, { prefix: `deny${String(name.length)}` }, [
      failing(UseGuards(Deny), rules),
    ]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is settled', () => worker.observations.length === kinds.length);
    expect(worker.observations.map(({ kind }) => kind)).toEqual(kinds);
  });
});
