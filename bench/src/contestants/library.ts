import 'reflect-metadata';
import { Module, type INestApplicationContext, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OrderPlaced } from '@shop/contracts';
import {
  Delivery,
  DomainEvent,
  EventHandler,
  EventProducer,
  EventsModule,
  type EventEnvelope,
} from 'nestjs-event-streams';
import { payOrder } from '../pay-order.js';
import { acknowledgedOf } from './by-hand.js';
import { ORDERS_SOURCE, PAYMENTS_SOURCE, PREFIX, type ConsumerSettings, type Contestant } from './contestant.js';

const GROUP = 'workers';

export const library = contestant({
  title: 'this library',
  about:
    'EventsModule.forRoot({ redis, prefix, source, group }) in a Nest application context, all other options at their defaults; the shop’s own OrderPlaced, validated by its decorators when it is published and when it is handled',
  partitions: 1,
  expectedRates: {
    'publish-one': 6000,
    'publish-callers': 80_000,
    'publish-batches': 80_000,
    consume: 80_000,
    'consume-transaction': 40_000,
    'consume-two-workers': 80_000,
    latency: 1000,
    memory: 80_000,
    'idle-1': 1,
    'idle-20': 1,
    'idle-200': 1,
  },
});

export const partitioned = contestant({
  title: 'four partitions',
  about: 'this library with partitions: 4, which keeps the order of each key across workers',
  partitions: 4,
  expectedRates: {
    'publish-callers': 40_000,
    consume: 30_000,
    'consume-transaction': 15_000,
    'consume-two-workers': 40_000,
    'idle-1': 1,
    'idle-20': 1,
  },
});

type About = Pick<Contestant, 'title' | 'about' | 'expectedRates'>;

function contestant({ partitions, ...about }: About & { partitions: number }): Contestant {
  const prefixes =
    partitions === 1 ? [PREFIX] : Array.from({ length: partitions }, (_, number) => `{${PREFIX}:${String(number)}}`);
  const options = (url: string) => ({ redis: url, prefix: PREFIX, partitions });
  const publishing = (url: string) => EventsModule.forRoot({ ...options(url), source: ORDERS_SOURCE });
  const consuming = (url: string) =>
    EventsModule.forRoot({ ...options(url), source: PAYMENTS_SOURCE, state: PREFIX, group: GROUP });
  /** The sum over all partitions. */
  const sum = async (count: (prefix: string) => Promise<number>) =>
    (await Promise.all(prefixes.map(count))).reduce((all, one) => all + one, 0);

  return {
    ...about,

    async openPublisher(url) {
      const app = await start({ imports: [publishing(url)] });
      const producer = app.get(EventProducer);
      return {
        publish: (order) => producer.publish(OrderPlaced, order),
        publishBatch: (orders) => producer.publishAll(orders.map((data) => ({ event: OrderPlaced, data }))),
        close: () => app.close(),
      };
    },

    openConsumer: (url, settings) => start({ imports: [consuming(url)], providers: [handlersOf(settings)] }),

    openIdle(url, streams) {
      const providers = Array.from({ length: streams }, (_, number) => idleHandlers(number));
      return start({ imports: [consuming(url)], providers });
    },

    async stored(redis) {
      return { 'in the stream': await sum((prefix) => redis.xlen(`${prefix}:orders`)) };
    },

    async settled(redis, withEffects) {
      const acknowledged = await sum((prefix) => acknowledgedOf(redis, `${prefix}:orders`, GROUP));
      if (!withEffects) return { acknowledged };
      return {
        acknowledged,
        'in the hash': await sum((prefix) => redis.hlen(`${prefix}:${PREFIX}:paid`)),
        'published by handlers': await sum((prefix) => redis.xlen(`${prefix}:payments`)),
      };
    },
  };
}

function handlersOf({ handle, withEffects }: ConsumerSettings): Type {
  class PlainOrders {
    @EventHandler(OrderPlaced)
    onOrder({ data: order }: EventEnvelope<OrderPlaced>): void {
      handle(order);
    }
  }
  class PayingOrders {
    @EventHandler(OrderPlaced)
    payOrder({ data: order }: EventEnvelope<OrderPlaced>, { transaction }: Delivery): void {
      handle(order);
      payOrder(order, transaction);
    }
  }
  return withEffects ? PayingOrders : PlainOrders;
}

/** Handlers of a stream on which nothing happens. */
function idleHandlers(number: number): Type {
  @DomainEvent({ type: `thing_${String(number)}_happened`, version: '1.0', stream: `things-${String(number)}` })
  class ThingHappened {}
  class Things {
    @EventHandler(ThingHappened)
    onThing(): void {
      // Never called: the stream is empty.
    }
  }
  // Handlers are named after their class, and each name must be unique.
  Object.defineProperty(Things, 'name', { value: `Things${String(number)}` });
  return Things;
}

function start(metadata: ModuleMetadata): Promise<INestApplicationContext> {
  @Module(metadata)
  class App {}
  return NestFactory.createApplicationContext(App, { logger: ['error', 'warn'], abortOnError: false });
}
