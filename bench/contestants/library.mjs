import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OrderPlaced, PaymentProcessed } from '@shop/contracts';
import { DomainEvent, EventHandler, EventProducer, EventsModule } from 'nestjs-event-streams';
import { ORDERS_SOURCE, PAYMENTS_SOURCE, PREFIX } from './contestant.mjs';

const GROUP = 'workers';

/** @type {import('./contestant.mjs').Contestant} */
export const library = contestant({
  title: 'this library',
  about:
    'EventsModule.forRoot({ redis, prefix, source, group }) in a Nest application context, every other option at its default; the shop’s own OrderPlaced, validated by its decorators on both sides',
  partitions: 1,
  pace: {
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

/** @type {import('./contestant.mjs').Contestant} */
export const partitioned = contestant({
  title: 'four partitions',
  about: 'this library with partitions: 4, which keeps the order of each key across workers',
  partitions: 4,
  pace: {
    'publish-callers': 40_000,
    consume: 30_000,
    'consume-transaction': 15_000,
    'consume-two-workers': 40_000,
    'idle-1': 1,
    'idle-20': 1,
  },
});

/**
 * @param {Pick<import('./contestant.mjs').Contestant, 'title' | 'about' | 'pace'> & { partitions: number }} what
 * @returns {import('./contestant.mjs').Contestant}
 */
function contestant({ partitions, ...what }) {
  const prefixes =
    partitions === 1 ? [PREFIX] : Array.from({ length: partitions }, (_, number) => `{${PREFIX}:${String(number)}}`);
  const options = (/** @type {string} */ url) => ({ redis: url, prefix: PREFIX, partitions });
  const consuming = (/** @type {string} */ url) => ({
    ...options(url),
    source: PAYMENTS_SOURCE,
    state: PREFIX,
    group: GROUP,
  });

  /**
   * @param {(prefix: string) => Promise<number>} count
   * @returns the sum over all partitions
   */
  const sum = async (count) => (await Promise.all(prefixes.map(count))).reduce((all, one) => all + one, 0);

  return {
    ...what,

    async openPublisher(url) {
      const app = await start({ imports: [EventsModule.forRoot({ ...options(url), source: ORDERS_SOURCE })] });
      const producer = app.get(EventProducer);
      return {
        publish: (order) => producer.publish(OrderPlaced, order),
        publishBatch: (orders) => producer.publishAll(orders.map((data) => ({ event: OrderPlaced, data }))),
        close: () => app.close(),
      };
    },

    async openConsumer(url, { handle, withEffects }) {
      class Orders {
        /** @param {import('nestjs-event-streams').EventEnvelope<OrderPlaced>} event */
        onOrder({ data: order }) {
          handle(order);
        }

        /**
         * @param {import('nestjs-event-streams').EventEnvelope<OrderPlaced>} event
         * @param {import('nestjs-event-streams').Delivery} delivery
         */
        payOrder({ data: order }, { transaction }) {
          handle(order);
          transaction.hset('paid', order.order_id, order.total_amount);
          transaction.publish(PaymentProcessed, {
            payment_id: transaction.uuid('payment'),
            order_id: order.order_id,
            amount: order.total_amount,
            currency: order.currency,
            method: 'card',
            status: 'approved',
          });
        }
      }
      const method = withEffects ? 'payOrder' : 'onOrder';
      const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, method);
      EventHandler(OrderPlaced)(Orders.prototype, method, /** @type {PropertyDescriptor} */ (descriptor));
      return start({ imports: [EventsModule.forRoot(consuming(url))], providers: [Orders] });
    },

    async openIdle(url, streams) {
      const idlers = Array.from({ length: streams }, (_, number) => idlerOf(number));
      return start({ imports: [EventsModule.forRoot(consuming(url))], providers: idlers });
    },

    async stored(redis) {
      return { 'in the stream': await sum((prefix) => redis.xlen(`${prefix}:orders`)) };
    },

    async settled(redis, withEffects) {
      const acknowledged = await sum(async (prefix) => {
        const [pending] = /** @type {[number, ...unknown[]]} */ (await redis.xpending(`${prefix}:orders`, GROUP));
        return (await redis.xlen(`${prefix}:orders`)) - pending;
      });
      if (!withEffects) return { acknowledged };
      return {
        acknowledged,
        'in the hash': await sum((prefix) => redis.hlen(`${prefix}:${PREFIX}:paid`)),
        'published by handlers': await sum((prefix) => redis.xlen(`${prefix}:payments`)),
      };
    },
  };
}

/**
 * A handler of a stream on which nothing happens.
 * @param {number} number
 */
function idlerOf(number) {
  class Happened {}
  DomainEvent({ type: `thing_${String(number)}_happened`, version: '1.0', stream: `things-${String(number)}` })(
    Happened,
  );
  class Idler {
    onThing() {
      return undefined;
    }
  }
  Object.defineProperty(Idler, 'name', { value: `Idler${String(number)}` });
  const descriptor = Object.getOwnPropertyDescriptor(Idler.prototype, 'onThing');
  EventHandler(Happened)(Idler.prototype, 'onThing', /** @type {PropertyDescriptor} */ (descriptor));
  return Idler;
}

/** @param {import('@nestjs/common').ModuleMetadata} metadata */
function start(metadata) {
  class App {}
  Module(metadata)(App);
  return NestFactory.createApplicationContext(App, { logger: ['error', 'warn'], abortOnError: false });
}
