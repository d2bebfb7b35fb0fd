import {
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  type PipeTransform,
  type Provider,
  Scope,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ConfigurationError, EventHandler, EventsModule } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

/** As one class of each kind: which of its methods counts is what Nest is told. */
class Enhancer implements CanActivate, PipeTransform, NestInterceptor, ExceptionFilter {
  canActivate(): boolean {
    return expect.fail();
  }
  transform(): unknown {
    return expect.fail();
  }
  intercept(): never {
    return expect.fail();
  }
  catch(): void {
    expect.fail();
  }
}

@Catch()
@Injectable({ scope: Scope.REQUEST })
class OfRequest extends Enhancer {}

@Catch()
@Injectable({ scope: Scope.TRANSIENT })
class TransientOfRequest extends Enhancer {
  constructor(@Inject(PerRequest) readonly request: PerRequest) {
    super();
  }
}

@Catch()
@Injectable()
class DependsOnRequest extends Enhancer {
  constructor(@Inject(PerRequest) readonly request: PerRequest) {
    super();
  }
}

const kinds: [string, (...enhancers: Type<Enhancer>[]) => ClassDecorator & MethodDecorator, string][] = [
  ['guard', UseGuards, APP_GUARD],
  ['pipe', UsePipes, APP_PIPE],
  ['interceptor', UseInterceptors, APP_INTERCEPTOR],
  ['filter', UseFilters, APP_FILTER],
];

function onMethod(decorator: MethodDecorator): Type {
  class Notes {
    @EventHandler(NoteTaken)
    @decorator
    onNote(): void {
      expect.fail();
    }
  }
  return Notes;
}

describe('An enhancer that is to apply and cannot', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  async function refusalOf(providers: Provider[], options: { globalEnhancers?: boolean } = {}): Promise<string> {
    const starting = startWorker(redis.url, { prefix: 'refused', ...options }, providers);
    await expect(starting).rejects.toThrow(ConfigurationError);
    return starting.then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  }

  describe.each(kinds)('as a %s', (kind, use, token) => {
    it.each([OfRequest, TransientOfRequest, DependsOnRequest])(
      'of a method is refused by name: %o',
      async (enhancer) => {
        const message = await refusalOf([PerRequest, onMethod(use(enhancer))]);
        expect(message).toContain(`Notes.onNote: event handlers need a provider of the default scope`);
        expect(message).toContain(`${kind} ${enhancer.name}`);
      },
    );

    it('of a class is refused by name', async () => {
      const handler = noteHandler(() => expect.fail());
      use(OfRequest)(handler);
      expect(await refusalOf([handler])).toContain(`${kind} OfRequest`);
    });

    it('of the application is refused by name', async () => {
      const providers = [noteHandler(() => expect.fail()), { provide: token, useClass: OfRequest }];
      expect(await refusalOf(providers, { globalEnhancers: true })).toContain(
        `Notes.onNote: global ${kind} OfRequest cannot apply`,
      );
    });

    it('of a provider that Nest did not make of its class is refused by name', async () => {
      @Catch()
      class Plain extends Enhancer {}
      const Notes = onMethod(use(Plain));
      expect(await refusalOf([{ provide: Notes, useFactory: () => new Notes() as object }])).toContain(
        `Notes.onNote: ${kind} Plain cannot apply: Nest makes none for a provider that a factory or a value gives`,
      );
    });
  });

  it('is not asked for where global ones do not apply', async () => {
    const providers = [noteHandler(() => undefined), { provide: APP_GUARD, useClass: OfRequest }];
    await using worker = await startWorker(redis.url, { prefix: 'local' }, providers);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is handled', () => worker.observations.some(({ kind }) => kind === 'handled'));
  });

  it('makes a controller one of request scope, which is refused by its name', async () => {
    @Controller()
    class Notes {
      @EventHandler(NoteTaken)
      onNote(): void {
        expect.fail();
      }
    }
    @Module({
      imports: [EventsModule.forRoot({ redis: redis.url, prefix: 'controller', source: 'tester', group: 'testers' })],
      controllers: [Notes],
      providers: [{ provide: APP_GUARD, useClass: OfRequest }],
    })
    class Root {}
    await expect(NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false })).rejects.toThrow(
      /Notes\.onNote: event handlers need .* guard OfRequest/,
    );
  });

  it('is none that is transient without a request: each provider has its own', async () => {
    @Injectable()
    class Dependency {
      readonly allowed = true;
    }
    const made: object[] = [];
    @Injectable({ scope: Scope.TRANSIENT })
    class TransientGuard implements CanActivate {
      constructor(@Inject(Dependency) private readonly dependency: Dependency) {
        made.push(this);
      }
      canActivate(): boolean {
        return this.dependency.allowed;
      }
    }
    const handler = noteHandler(() => undefined);
    UseGuards(TransientGuard)(handler);
    await using worker = await startWorker(redis.url, { prefix: 'transient' }, [Dependency, handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is handled', () => worker.observations.some(({ kind }) => kind === 'handled'));
    expect(made.length).toBeGreaterThan(0);
  });
});
