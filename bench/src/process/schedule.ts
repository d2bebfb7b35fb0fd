import { setImmediate as turn } from 'node:timers/promises';
import { createOrders } from '../orders.js';
import { LATENCY_PER_SECOND } from '../scenarios.js';
import { now } from './clock.js';
import type { RoleContext, ScheduleRole } from './settings.js';

/**
 * Publishes by a fixed schedule: each event has its time, and a delay of one does not move the next (open loop). It is a busy loop,
 * because timers are up to a millisecond late.
 */
export async function schedule({ contestant, settings, parent }: RoleContext<ScheduleRole>): Promise<void> {
  const { url, warmUp, events } = settings;
  const total = warmUp + events;
  const publisher = await contestant.openPublisher(url);
  const orders = createOrders(0, total);
  parent.send('ready');
  const { startAt } = await parent.receive('schedule');

  const published: Promise<unknown>[] = [];
  const everyMs = 1000 / LATENCY_PER_SECOND;
  while (published.length < total) {
    const due = Math.min(total, Math.floor((now() - startAt) / everyMs) + 1);
    while (published.length < due) {
      const order = orders.next();
      if (order !== undefined) published.push(publisher.publish(order));
    }
    await turn();
  }
  await Promise.all(published);
  parent.send('done');
  await publisher.close();
}
