import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { Order } from '../orders.js';
import { hostAndPort, type Contestant } from './contestant.js';

const PATTERN = 'order_placed';

export const nestRedis: Contestant = {
  title: 'Nest’s transport',
  about:
    '@nestjs/microservices over Redis: emit and @EventPattern. It is pub/sub: nothing is stored, acknowledged or validated, so a publisher runs while its consumer is measured',
  expectedRates: { 'publish-one': 8000, 'publish-callers': 30_000, consume: 20_000, latency: 1000 },
  storesNothing: true,

  async openPublisher(url) {
    const client = ClientProxyFactory.create({ transport: Transport.REDIS, options: hostAndPort(url) });
    await client.connect();
    return {
      publish: (order) => lastValueFrom(client.emit<unknown>(PATTERN, order)),
      close: () => Promise.resolve(client.close()),
    };
  },

  async openConsumer(url, { handle }) {
    @Controller()
    class Orders {
      @EventPattern(PATTERN)
      onOrder(order: Order): void {
        handle(order);
      }
    }
    @Module({ controllers: [Orders] })
    class App {}
    const app = await NestFactory.createMicroservice(App, {
      transport: Transport.REDIS,
      options: hostAndPort(url),
      logger: ['error', 'warn'],
    });
    await app.listen();
    return app;
  },

  stored: () => Promise.resolve({}),
  settled: () => Promise.resolve({}),
};
