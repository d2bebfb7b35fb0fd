import { Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import {
  ConfigurationError,
  DomainEvent,
  EventHandler,
  EventProducer,
  EventsModule,
  type EventsModuleOptions,
} from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

@Injectable({ scope: Scope.REQUEST })
class RequestScoped {
  @EventHandler(NoteTaken)
  onNote(): void {
    expect.fail();
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @EventHandler(NoteTaken)
  onNote(): void {
    expect.fail();
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@Injectable()
class DependsOnRequest {
  constructor(readonly request: PerRequest) {}

  @EventHandler(NoteTaken)
  onNote(): void {
    expect.fail();
  }
}

@DomainEvent({ type: 'note_taken', version: '1.5', stream: 'notes' })
class SameType {}

class SameTypeHandlers {
  @EventHandler(SameType)
  onSame(): void {
    expect.fail();
  }
}

class Undecorated {
  text = '';
}

class UndecoratedHandlers {
  @EventHandler(Undecorated)
  onAny(): void {
    expect.fail();
  }
}

class BadRetry {
  @EventHandler(NoteTaken, { retry: { attempts: 0 } })
  onNote(): void {
    expect.fail();
  }
}

@Injectable()
class Settings {
  readonly prefix = 'async';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

const fine = noteHandler(() => undefined);

describe('wiring', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const refusals: [string, Provider[], Record<string, unknown>, RegExp][] = [
    [
      'a handler in a provider of request scope',
      [RequestScoped],
      {},
      /RequestScoped\.onNote: event handlers need a provider of the default scope/,
    ],
    [
      'a handler in a transient provider',
      [Transient],
      {},
      /Transient\.onNote: event handlers need a provider of the default scope/,
    ],
    [
      'a handler whose provider depends on a request',
      [PerRequest, DependsOnRequest],
      {},
      /DependsOnRequest\.onNote: event handlers need/,
    ],
    ['handlers without a group', [fine], { group: null }, /expected group, since there are handlers: Notes\.onNote/],
    ['two classes of one type', [fine, SameTypeHandlers], {}, /Two classes are note_taken 1: NoteTaken and SameType/],
    ['two classes of one type, one of them ignored', [fine], { ignore: [SameType] }, /NoteTaken and SameType/],
    ['a class without @DomainEvent', [UndecoratedHandlers], {}, /Expected a class with @DomainEvent, got Undecorated/],
    ['two handlers of one name', [fine, noteHandler(() => undefined)], {}, /Two handlers are called Notes\.onNote/],
    [
      'a retry policy that makes no sense',
      [BadRetry],
      {},
      /^@EventHandler on BadRetry\.onNote: expected retry\.attempts .* got 0$/,
    ],
    [
      'an option that makes no sense',
      [fine],
      { consumer: { concurrency: 0 } },
      /expected consumer\.concurrency .* got 0/,
    ],
  ];

  it.each(refusals)('refuses %s at the start', async (_, providers, options, message) => {
    const starting = startWorker(redis.url, { prefix: 'refused', ...options }, providers);
    await expect(starting).rejects.toThrow(ConfigurationError);
    await expect(starting).rejects.toThrow(message);
    expect(await redis.client.keys('*')).toEqual([]);
  });

  it('leaves no connection behind when the start fails', async () => {
    await redis.client.set('wrong:notes', 'not a stream');
    await expect(startWorker(redis.url, { prefix: 'wrong', source: 'failing' }, [fine])).rejects.toThrow(/WRONGTYPE/);
    await redis.client.del('wrong:notes');
    await eventually('it has gone', async () => !String(await redis.client.client('LIST')).includes('name=failing'));
  });

  it('takes its options from a factory with injected dependencies', async () => {
    @Module({
      imports: [
        EventsModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: ({ prefix }: Settings): EventsModuleOptions => ({ redis: redis.url, prefix, source: 'tester' }),
        }),
      ],
    })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
    try {
      await app.get(EventProducer).publish(NoteFiled, { topic: 'a', number: 1 });
      expect(await redis.client.xlen('async:files')).toBe(1);
    } finally {
      await app.close();
    }
  });

  it('needs no group, and makes none, where nothing is consumed', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'producer', group: null });
    expect(worker.consumer.isConsuming).toBe(false);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    expect(await worker.monitor.groups('notes')).toEqual([]);
  });
});
