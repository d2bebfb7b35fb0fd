import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OrderPlaced, PaymentProcessed } from '@shop/contracts';
import { EventHandler, EventProducer, EventsModule } from 'nestjs-event-streams';
import { PREFIX } from './contestant.mjs';

const GROUP = 'workers';
const STREAM = `${PREFIX}:orders`;

/** @type {import('./contestant.mjs').Contestant} */
export const library = {
  title: 'this library',
  about:
    'EventsModule.forRoot({ redis, prefix, source, group }) in a Nest application context, every other option at its default; the shop’s own OrderPlaced, validated by its decorators on both sides',
  pace: {
    'publish-one': 3000,
    'publish-callers': 15_000,
    'publish-batches': 15_000,
    consume: 8000,
    'consume-transaction': 4000,
    'consume-two-workers': 12_000,
    latency: 1000,
    memory: 8000,
  },

  async openPublisher(url) {
    const app = await start({ imports: [EventsModule.forRoot(options(url))] });
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
    return start({ imports: [EventsModule.forRoot({ ...options(url), group: GROUP })], providers: [Orders] });
  },

  async stored(redis) {
    return { 'in the stream': await redis.xlen(STREAM) };
  },

  async settled(redis, withEffects) {
    const pending = /** @type {[number, ...unknown[]]} */ (await redis.xpending(STREAM, GROUP));
    const acknowledged = { acknowledged: (await redis.xlen(STREAM)) - pending[0] };
    if (!withEffects) return acknowledged;
    const written = await redis.hlen(`${PREFIX}:${PREFIX}:paid`);
    return { ...acknowledged, 'in the hash': written, 'published by handlers': await redis.xlen(`${PREFIX}:payments`) };
  },
};

/** @param {string} url */
function options(url) {
  return { redis: url, prefix: PREFIX, source: PREFIX };
}

/** @param {import('@nestjs/common').ModuleMetadata} metadata */
function start(metadata) {
  class App {}
  Module(metadata)(App);
  return NestFactory.createApplicationContext(App, { logger: ['error', 'warn'], abortOnError: false });
}
