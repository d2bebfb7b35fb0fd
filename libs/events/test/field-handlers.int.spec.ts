import { Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ConfigurationError, EventHandler, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOON } from './handlers.js';
import { readEntries } from './entries.js';
import { collectLogs } from './logs.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { rootOf } from './root.js';
import { startWorker } from './worker.js';

/** A decorator as logging and transactions have them: it puts another method in the place of the one that it is given. */
const replaced: MethodDecorator = (_target, _name, descriptor) => {
  const original = descriptor.value as unknown as (...args: unknown[]) => unknown;
  descriptor.value = function (this: unknown, ...args: unknown[]) {
    return original.apply(this, args);
  } as never;
};

/** The same, by one that takes what is known of the method with it. */
const replacedWithMetadata: MethodDecorator = (target, name, descriptor) => {
  const original = descriptor.value as unknown as object;
  replaced(target, name, descriptor);
  for (const key of Reflect.getMetadataKeys(original)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), descriptor.value as unknown as object);
  }
};

describe('Handlers', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('may have several event types by one method, each with what it says of it', async () => {
    const seen: string[] = [];
    class Several {
      @EventHandler(NoteTaken, { retry: { ...SOON, attempts: 2 } })
      @EventHandler(NoteFiled, { retry: { ...SOON, attempts: 1 } })
      onAny({ event_type }: EventEnvelope<NoteTaken | NoteFiled>, { handler, attempt }: Delivery): void {
        seen.push(`${event_type} ${handler} ${String(attempt)}`);
        throw new Error('always');
      }
    }
    await using worker = await startWorker(redis.url, { prefix: 'several' }, [Several]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await worker.producer.publish(NoteFiled, { topic: 'a', number: 1 });
    await eventually('both are dead letters', () => worker.observations.filter(({ kind }) => kind === 'dead-lettered').length === 2); // prettier-ignore
    expect(seen.sort()).toEqual([
      'note_filed Several.onAny 1',
      'note_taken Several.onAny 1',
      'note_taken Several.onAny 2',
    ]);
    // By the name that one of them has alone.
    for (const stream of ['notes', 'files']) {
      expect(await readEntries(redis.client, `several:${stream}:dead-letters`)).toMatchObject([
        { handler: 'Several.onAny' },
      ]);
    }
  });

  it('go on being found behind a decorator that takes their metadata with it, and above one that does not', async () => {
    const seen: string[] = [];
    class Behind {
      @replacedWithMetadata
      @EventHandler(NoteTaken)
      onNote(): void {
        seen.push('behind');
      }
    }
    class Above {
      @EventHandler(NoteTaken)
      @replaced
      onNote(): void {
        seen.push('above');
      }
    }
    await using worker = await startWorker(redis.url, { prefix: 'decorated' }, [Behind, Above]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('both have it', () => seen.length === 2);
    await eventually('it is settled', () => worker.consumer.inFlight === 0);
    expect(seen.sort()).toEqual(['above', 'behind']);
  });

  class Replaced {
    @replaced
    @EventHandler(NoteTaken)
    onNote(): void {
      expect.fail();
    }
  }
  class Base {
    @EventHandler(NoteTaken)
    onNote(): void {
      expect.fail();
    }
  }
  class Overridden extends Base {
    override onNote(): void {
      expect.fail();
    }
  }
  class Inheriting extends Overridden {}
  class Twice {
    @EventHandler(NoteTaken)
    @EventHandler(NoteTaken, { timeoutMs: 5 })
    onNote(): void {
      expect.fail();
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  class Scoped extends Base {}

  const refusals: [string, Provider[], string][] = [
    [
      'another decorator has replaced',
      [Replaced],
      'Replaced.onNote was replaced by another decorator after @EventHandler, so its events would reach nobody: put @EventHandler above that decorator', // prettier-ignore
    ],
    [
      'a subclass overrides without @EventHandler',
      [Overridden],
      'Overridden.onNote would get no events: it overrides the handler Base.onNote without @EventHandler. Put that on Overridden.onNote, too, or rename it', // prettier-ignore
    ],
    [
      'a class between overrides without @EventHandler',
      [Inheriting],
      'Inheriting.onNote would get no events: it overrides the handler Base.onNote without @EventHandler. Put that on Overridden.onNote, too, or rename it', // prettier-ignore
    ],
    ['has one event class twice', [Twice], 'Twice.onNote is the handler of NoteTaken twice: keep one @EventHandler'],
    [
      'a factory would make for each request',
      [{ provide: Base, scope: Scope.REQUEST, useFactory: () => new Base() }],
      'Base.onNote: event handlers need a provider of the default scope; there is no request here',
    ],
    [
      'a class of request scope inherits',
      [Scoped],
      'Scoped.onNote: event handlers need a provider of the default scope; there is no request here',
    ],
    [
      'has two instances of its class',
      [Base, { provide: 'other', useFactory: () => new Base() }],
      'Base is provided twice, by Root and by Root as other, so Base.onNote would handle each event twice: provide it in one module, and export it from there to the other', // prettier-ignore
    ],
  ];

  it.each(refusals)('are refused at the start where one %s', async (_, providers, message) => {
    const starting = startWorker(redis.url, { prefix: 'refused' }, providers);
    await expect(starting).rejects.toThrow(ConfigurationError);
    await expect(starting).rejects.toThrow(message);
    expect(await redis.client.keys('refused:*')).toEqual([]);
  });

  it('are refused at the start where two modules provide their class, with advice that fits', async () => {
    @Module({ providers: [Base] })
    class First {}
    @Module({ providers: [Base] })
    class Second {}
    const Root = rootOf({ redis: redis.url, prefix: 'refused' }, [], [First, Second]);
    const starting = NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
    await expect(starting).rejects.toThrow(
      'Base is provided twice, by First and by Second, so Base.onNote would handle each event twice: provide it in one module, and export it from there to the other', // prettier-ignore
    );
  });

  it('that can never be called are refused where they are declared', () => {
    const method = Symbol('onNote');
    const declare = (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<() => void>) => () => {
      EventHandler(NoteTaken)(target, name, descriptor);
    };
    const call = { value: () => undefined };
    expect(declare(Base, 'onNote', call)).toThrow(
      '@EventHandler on Base.onNote: expected a method of instances, got a static one',
    );
    expect(declare(Base.prototype, method, call)).toThrow(
      '@EventHandler on Base.Symbol(onNote): expected a method with a textual name',
    );
    expect(declare(Base.prototype, 'onGet', { get: () => () => undefined })).toThrow(
      '@EventHandler on Base.onGet: expected a method, got an accessor or a property',
    );
  });

  it('of classes that no module provides are named in the log: they may belong to another application', async () => {
    class Forgotten {
      @EventHandler(NoteTaken)
      onNote(): void {
        expect.fail();
      }
    }
    class Given extends Base {
      @EventHandler(NoteFiled)
      onFile(): void {
        expect.fail();
      }
    }
    const logs = collectLogs();
    const Root = rootOf({ redis: redis.url, prefix: 'forgotten' }, [Given]);
    const app = await NestFactory.createApplicationContext(Root, { abortOnError: false });
    await app.close();
    const [warning] = logs.warnings.filter((line) => line.startsWith('No module of this application provides'));
    expect(warning).toMatch(/which are not called here: .*Replaced\.onNote/);
    expect(warning).toContain(`${Forgotten.name}.onNote`);
    // Its subclass is provided.
    expect(warning).not.toMatch(/\bBase\.onNote|Given/);
  });
});
