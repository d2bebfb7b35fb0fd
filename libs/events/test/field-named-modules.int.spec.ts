import { Inject, Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import {
  ConfigurationError,
  DeadLetters,
  EventConsumer,
  EventHandler,
  EventMonitor,
  EventProducer,
  EventsHealth,
  EventsModule,
  EventsObserver,
  eventsToken,
  InjectEvents,
  Keyspace,
  Partitions,
  RedisConnection,
  Retention,
  type Delivery,
  type EventsModuleOptions,
} from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteFiled, NoteTaken } from './notes.js';

const note = { topic: 'a', number: 1 };

describe('Several EventsModules', () => {
  let shop: TestRedis;
  let billing: TestRedis;
  beforeAll(async () => {
    [shop, billing] = await Promise.all([freshRedis(), freshRedis()]);
  });
  afterAll(() => Promise.all([shop.stop(), billing.stop()]));

  const optionsOf = (redis: TestRedis, prefix: string): EventsModuleOptions => ({
    redis: redis.url,
    prefix,
    source: 'tester',
    group: 'testers',
    consumer: { blockMs: 100 },
  });

  function start(imports: NonNullable<ModuleMetadata['imports']>, providers: NonNullable<ModuleMetadata['providers']>) {
    @Module({ imports, providers })
    class Root {}
    return NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  }

  it('work side by side: each has its own handlers, its own Redis and its own producer', async () => {
    const seen: string[] = [];
    @Injectable()
    class Handlers {
      constructor(
        @Inject(EventProducer) readonly producer: EventProducer,
        @InjectEvents(EventProducer, 'billing') readonly billing: EventProducer,
      ) {}

      @EventHandler(NoteTaken)
      onShop(_: unknown, { stream, transaction }: Delivery): void {
        seen.push(`onShop ${stream}`);
        transaction.set('done', 1);
      }

      @EventHandler(NoteTaken, { module: 'billing' })
      onBilling(_: unknown, { stream, transaction }: Delivery): void {
        seen.push(`onBilling ${stream}`);
        transaction.set('done', 1);
      }

      @EventHandler(NoteFiled)
      @EventHandler(NoteFiled, { module: 'billing' })
      onBoth(_: unknown, { stream }: Delivery): void {
        seen.push(`onBoth ${stream}`);
      }
    }
    const named = EventsModule.forRootAsync({ name: 'billing', useFactory: () => optionsOf(billing, 'bills') });
    const app = await start([EventsModule.forRoot(optionsOf(shop, 'shop')), named], [Handlers]);
    const { producer, billing: other } = app.get(Handlers);
    expect(app.get(eventsToken(EventProducer, 'billing'))).toBe(other);
    expect(app.get(eventsToken(EventProducer))).toBe(producer);
    for (const one of [producer, other]) {
      await one.publish(NoteTaken, note);
      await one.publish(NoteFiled, note);
    }
    await eventually('all are handled', () => seen.length === 4);
    const consumers = [app.get(EventConsumer), app.get(eventsToken(EventConsumer, 'billing'))];
    await eventually('all are settled', () => consumers.every(({ inFlight }) => inFlight === 0));
    expect(seen.sort()).toEqual([
      'onBilling bills:notes',
      'onBoth bills:files',
      'onBoth shop:files',
      'onShop shop:notes',
    ]);
    expect((await shop.client.keys('*')).filter((key) => key.startsWith('bills'))).toEqual([]);
    expect((await billing.client.keys('*')).filter((key) => key.startsWith('shop'))).toEqual([]);
    expect(await Promise.all([shop.client.get('shop:tester:done'), billing.client.get('bills:tester:done')])).toEqual([
      '1',
      '1',
    ]);
    await app.close();
    await eventually('no connection is left', async () => {
      const lists = await Promise.all([shop.client.client('LIST'), billing.client.client('LIST')]);
      return !String(lists).includes('name=tester');
    });
  });

  it('give each of what one exports, and a named one alone needs no other', async () => {
    const types = [
      DeadLetters, EventConsumer, EventMonitor, EventProducer, EventsHealth, EventsObserver, Keyspace, Partitions,
      RedisConnection, Retention,
    ]; // prettier-ignore
    const app = await start([EventsModule.forRoot({ ...optionsOf(billing, 'alone'), name: 'billing' })], []);
    for (const type of types) expect(app.get(eventsToken<object>(type, 'billing'))).toBeInstanceOf(type);
    const injecting = start(
      [EventsModule.forRoot({ ...optionsOf(billing, 'alone'), name: 'billing' })],
      [{ provide: 'needs', inject: [EventProducer], useFactory: (producer: EventProducer) => producer }],
    );
    // The class alone is that of the module without a name.
    await expect(injecting).rejects.toThrow(/EventProducer/);
    await app.close();
  });

  class Misnamed {
    @EventHandler(NoteTaken, { module: 'biling' })
    onNote(): void {
      expect.fail();
    }
  }
  class Nameless {
    @EventHandler(NoteTaken)
    onNote(): void {
      expect.fail();
    }
  }

  const named = (prefix: string, name: string, more: Partial<EventsModuleOptions> = {}) =>
    EventsModule.forRoot({ ...optionsOf(shop, prefix), name, ...more });

  const refusals: [string, () => Promise<unknown>, string | RegExp][] = [
    [
      'a second one without a name',
      () =>
        start([EventsModule.forRoot(optionsOf(shop, 'a')), EventsModule.forRoot(optionsOf(billing, 'b'))], [Nameless]),
      /^EventsModule is imported twice without a name, and each would call every handler: import it once, since it is global, or name the other one/, // prettier-ignore
    ],
    [
      'a second one of the same name',
      () => start([named('a', 'billing'), named('b', 'billing')], []),
      'EventsModule is imported twice as billing: import it once, since it is global, or give the other one another name',
    ],
    [
      'a handler of a module that is not there',
      () => start([named('a', 'billing'), named('b', 'shop', { group: 'others' })], [Misnamed]),
      '@EventHandler on Misnamed.onNote: expected module as billing or shop, got "biling"',
    ],
    [
      'a handler without a module where all have names',
      () => start([named('a', 'billing')], [Nameless]),
      '@EventHandler on Nameless.onNote: expected module as billing, got nothing',
    ],
    [
      'a name that is none',
      () => start([named('a', 'no name')], []),
      'EventsModule: expected name as letters, digits, "_", "." and "-", got "no name"',
    ],
    [
      'a name that only the factory knows',
      () =>
        start([EventsModule.forRootAsync({ useFactory: () => ({ ...optionsOf(shop, 'a'), name: 'billing' }) })], []),
      'EventsModule: expected name beside useFactory, not in what it returns',
    ],
    [
      'two of one group on the same streams',
      () => start([named('a', 'billing'), EventsModule.forRoot(optionsOf(shop, 'a'))], [Nameless]),
      /expected another group for each of (billing and the one without a name|the one without a name and billing), which have the same redis and prefix, got testers twice/, // prettier-ignore
    ],
  ];

  it.each(refusals)('refuse %s', async (_, starting, message) => {
    const refused = starting();
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(ConfigurationError);
  });
});
