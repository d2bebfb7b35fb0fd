import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { hostAndPort } from './contestant.mjs';

const PATTERN = 'order_placed';

/** @type {import('./contestant.mjs').Contestant} */
export const nestRedis = {
  title: 'Nest’s transport',
  about:
    '@nestjs/microservices over Redis: emit and @EventPattern. It is pub/sub: nothing is stored, acknowledged or validated, and its consumer is fed by a publisher that runs meanwhile',
  pace: { 'publish-one': 8000, 'publish-callers': 30_000, consume: 20_000, latency: 1000 },
  keepsNothing: true,

  async openPublisher(url) {
    const client = ClientProxyFactory.create({ transport: Transport.REDIS, options: hostAndPort(url) });
    await client.connect();
    return { publish: (order) => lastValueFrom(client.emit(PATTERN, order)), close: async () => client.close() };
  },

  async openConsumer(url, { handle }) {
    class Orders {
      /** @param {import('../orders.mjs').Order} order */
      onOrder(order) {
        handle(order);
      }
    }
    Controller()(Orders);
    const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'onOrder');
    EventPattern(PATTERN)(Orders.prototype, 'onOrder', /** @type {PropertyDescriptor} */ (descriptor));
    class App {}
    Module({ controllers: [Orders] })(App);
    const app = await NestFactory.createMicroservice(App, {
      transport: Transport.REDIS,
      options: hostAndPort(url),
      logger: ['error', 'warn'],
    });
    await app.listen();
    return app;
  },

  stored: async () => ({}),
  settled: async () => ({}),
};
