import { createOrders } from '../orders.mjs';
import { LATENCY_PER_SECOND } from '../scenarios.mjs';
import { now } from './clock.mjs';

/**
 * Publishes at a pace, whether or not what was sent before has arrived: each event has its time, and a delay of one does
 * not excuse the next. The loop is busy, since timers are a millisecond late.
 * @param {import('./settings.mjs').Role} role
 */
export async function pace({ contestant, settings, talk }) {
  const { url, warmUp, events } = settings;
  const total = warmUp + events;
  const publisher = await contestant.openPublisher(url);
  const orders = createOrders(0, total);
  talk.say('ready');
  const { startAt } = await talk.hear('go');

  /** @type {Promise<unknown>[]} */
  const published = [];
  const everyMs = 1000 / LATENCY_PER_SECOND;
  while (published.length < total) {
    const due = Math.min(total, Math.floor((now() - Number(startAt)) / everyMs) + 1);
    while (published.length < due) {
      const order = orders.next();
      if (order !== undefined) published.push(publisher.publish(order));
    }
    await new Promise(setImmediate);
  }
  await Promise.all(published);
  talk.say('done');
  await publisher.close();
}
