import { createOrders } from '../orders.mjs';
import { publishAll } from './drive.mjs';

/** Orders that are made at once, so that a million of them need not be in memory. */
const AT_ONCE = 20_000;

/**
 * Publishes a backlog, the fastest way the contestant has.
 * @param {import('./settings.mjs').Role} role
 */
export async function fill({ contestant, settings, talk }) {
  const { url, warmUp, events } = settings;
  const publisher = await contestant.openPublisher(url);
  const how = publisher.publishBatch === undefined ? 'callers' : 'batches';
  for (let from = 0; from < warmUp + events; from += AT_ONCE) {
    await publishAll(publisher, createOrders(from, Math.min(from + AT_ONCE, warmUp + events)), how);
  }
  await publisher.close();
  talk.say('done');
}
