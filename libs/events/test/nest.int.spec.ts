import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Delivery, EventHandler, EventsObserver, type EventEnvelope } from 'nestjs-event-streams';
import { type Observable, tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const note = { topic: 'a', number: 1 };

/** What was called, in order. */
const calls: string[] = [];

@Injectable()
class Guard implements CanActivate {
  constructor(@Inject(EventsObserver) private readonly observer: EventsObserver) {}

  canActivate(context: ExecutionContext): boolean {
    const [event, delivery] = context.getArgs<[EventEnvelope<NoteTaken>, Delivery]>();
    // It is an ordinary provider: what it needs was injected.
    expect(this.observer).toBeInstanceOf(EventsObserver);
    expect(delivery).toBeInstanceOf(Delivery);
    calls.push(`guard ${context.getType<string>()} ${context.getClass().name}.${context.getHandler().name}`);
    return event.data.topic !== 'forbidden';
  }
}

@Injectable()
class Interceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    calls.push('before');
    return next.handle().pipe(tap(() => calls.push('after')));
  }
}

@Injectable()
class Pipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (value instanceof Delivery) return value;
    calls.push('pipe');
    return { ...(value as EventEnvelope), piped: true };
  }
}

class Tolerable extends Error {}

@Catch(Tolerable)
class Filter implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost): string | undefined {
    calls.push(`filter ${error.message} ${host.getType<string>()}`);
    return error.message === 'tolerated' ? 'dealt with' : undefined;
  }
}

@Injectable()
@UseGuards(Guard)
class Decorated {
  @EventHandler(NoteTaken, { retry: { attempts: 1 } })
  @UseInterceptors(Interceptor)
  @UsePipes(Pipe)
  @UseFilters(Filter)
  onNote(event: EventEnvelope<NoteTaken>): void {
    calls.push(`handler ${String((event as { piped?: boolean }).piped)}`);
    if (event.data.topic === 'tolerable') throw new Tolerable('tolerated');
    if (event.data.topic === 'noted') throw new Tolerable('only noted');
    if (event.data.topic === 'failing') throw new Error('not tolerated');
  }
}

describe('Nest', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('applies guard, interceptor, pipe and exception filter to a handler', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'around' }, [Decorated]);
    const settled = async (topic: string): Promise<string[]> => {
      calls.length = 0;
      const before = worker.observations.length;
      await worker.producer.publish(NoteTaken, { topic, number: 1 });
      await eventually(`${topic} is settled`, () => worker.observations.length > before);
      return [...calls];
    };
    const guard = 'guard events Decorated.onNote';
    expect(await settled('a')).toEqual([guard, 'before', 'pipe', 'handler true', 'after']);
    // A filter decides nothing by what it gives back.
    expect(await settled('tolerable')).toEqual([guard, 'before', 'pipe', 'handler true', 'filter tolerated events']);
    expect(await settled('noted')).toEqual([guard, 'before', 'pipe', 'handler true', 'filter only noted events']);
    expect(await settled('failing')).toEqual([guard, 'before', 'pipe', 'handler true']);
    // A guard that says no is a failure like any other.
    expect(await settled('forbidden')).toEqual([guard]);
    expect(worker.observations.map(({ kind }) => kind)).toEqual(['handled', ...Array<string>(4).fill('dead-lettered')]);
    expect(await readEntries(redis.client, 'around:notes:dead-letters')).toMatchObject([
      { error_message: 'tolerated', error_name: 'Error' },
      { error_message: 'only noted', error_name: 'Error' },
      { error_message: 'not tolerated' },
      { error_name: 'ForbiddenException' },
    ]);
  });

  it("applies the application's guards and pipes, and its ValidationPipe leaves the delivery as it is", async () => {
    const seen: unknown[] = [];
    calls.length = 0;
    const handler = noteHandler((event, delivery) => {
      delivery.transaction.set('done', 1);
      seen.push(event.data, delivery);
    });
    const pipe = new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true });
    await using worker = await startWorker(redis.url, { prefix: 'global', globalEnhancers: true }, [
      handler,
      { provide: APP_GUARD, useClass: Guard },
      { provide: APP_PIPE, useValue: pipe },
    ]);
    await worker.producer.publish(NoteTaken, note);
    await eventually('it is handled', () => redis.client.exists('global:tester:done'));
    expect(seen[0]).toBeInstanceOf(NoteTaken);
    expect(seen[1]).toBeInstanceOf(Delivery);
    expect(calls).toHaveLength(1);
  });

  it('injects into handlers, and finds them in classes that were made by a factory or given as a value', async () => {
    const seen: string[] = [];
    class Base {
      constructor(private readonly label: string) {}

      @EventHandler(NoteTaken)
      onNote(): void {
        seen.push(this.label);
      }
    }
    class Injected extends Base {}
    class Made extends Base {}
    class Given extends Base {}
    Injectable()(Injected);
    Inject('label')(Injected, undefined, 0);
    await using worker = await startWorker(redis.url, { prefix: 'found' }, [
      { provide: 'label', useValue: 'injected' },
      Injected,
      { provide: Made, useFactory: () => new Made('made') },
      { provide: 'given', useValue: new Given('given') },
      { provide: 'alias', useExisting: Injected },
    ]);
    await worker.producer.publish(NoteTaken, note);
    await eventually('all have it', () => seen.length >= 3);
    await eventually('it is acknowledged', () => worker.consumer.inFlight === 0);
    expect(seen.sort()).toEqual(['given', 'injected', 'made']);
  });

  it('does not handle an event again because an observer failed', async () => {
    let runs = 0;
    await using worker = await startWorker(redis.url, { prefix: 'observer' }, [noteHandler(() => (runs += 1))]);
    worker.app.get(EventsObserver).subscribe(() => {
      throw new Error('the metrics are broken');
    });
    await worker.producer.publish(NoteTaken, note);
    await worker.producer.publish(NoteTaken, { ...note, number: 2 });
    await eventually('both are handled', () => worker.observations.length === 2 && worker.consumer.inFlight === 0);
    expect(runs).toBe(2);
  });
});
