import { parentPort, workerData } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OrderPlaced, SERVICES } from '@shop/contracts';
import { ShopLogger } from '@shop/service/logger';
import { Arrivals, catalogue, OrderGenerator, poison, Random } from '@shop/simulation';
import { EventMonitor, EventProducer, EventsModule, Keyspace, RedisConnection } from 'nestjs-event-streams';
import { AcceptedOrders } from '../accepted-orders.js';
import { RatePace } from './rate-pace.js';
import type { Pace } from './pace.js';
import { PoisonInjector } from './poison-injector.js';
import { BackPressurePace } from './back-pressure-pace.js';
import type { CustomersReport, CustomersTask } from './task.js';

/** A thread of simulated customers. Each arrival places an order or, rarely, injects poison. Runs until it gets a message. */
const task = workerData as CustomersTask;
const { seed, run, thread, threads, rate, speed, poisonShare } = task;

/** How many orders may wait for Redis at once. Further customers wait. */
const MAX_OPEN = 1000;
const REPORT_EVERY_MS = 250;

const { source, state } = SERVICES.order;

@Module({
  imports: [EventsModule.forRoot({ redis: task.redis, prefix: task.prefix, source, state, erasure: task.erasure })],
  providers: [AcceptedOrders],
})
class CustomersModule {}

const app = await NestFactory.createApplicationContext(CustomersModule, {
  logger: new ShopLogger(task.log),
  abortOnError: false,
});
const producer = app.get(EventProducer);
const accepted = app.get(AcceptedOrders);
const injector = new PoisonInjector(app.get(RedisConnection), app.get(Keyspace));
const orders = new OrderGenerator({ seed, run, stream: thread, catalogue: catalogue(seed) });
const random = Random.of('poison', seed, run, thread);

const report: CustomersReport = { placed: 0, failed: 0, poisoned: 0, lastError: null };
const open = new Set<Promise<void>>();
const stopping = new AbortController();
const pace: Pace =
  rate === 'max'
    ? new BackPressurePace(app.get(EventMonitor), threads, () => open.size, stopping.signal)
    : new RatePace(
        new Arrivals({ ratePerSecond: rate, speed, seed, stream: thread, streams: threads }),
        stopping.signal,
      );

parentPort?.on('message', () => {
  stopping.abort();
});
const reporting = setInterval(() => parentPort?.postMessage(report), REPORT_EVERY_MS);

while (!isStopping()) {
  const arriving = pace.next();
  if (arriving) await arriving;
  while (open.size >= MAX_OPEN) await Promise.race(open);
  if (isStopping()) break;
  const arrival: Promise<void> = arrive().finally(() => open.delete(arrival));
  open.add(arrival);
}
await Promise.all(open);
clearInterval(reporting);
parentPort?.postMessage(report);
await app.close();
parentPort?.close();

async function arrive(): Promise<void> {
  const order = orders.next();
  try {
    if (random.chance(poisonShare)) {
      await injector.inject(poison(random, order));
      report.poisoned += 1;
      return;
    }
    await producer.publish(OrderPlaced, order, { correlationId: order.order_id });
    await accepted.add(order.order_id);
    report.placed += 1;
  } catch (error) {
    report.failed += 1;
    report.lastError = (error as Error).message;
  }
}

function isStopping(): boolean {
  return stopping.signal.aborted;
}
