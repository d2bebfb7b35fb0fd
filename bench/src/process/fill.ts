import { createOrders } from '../orders.js';
import { publishAll } from './drive.js';
import type { Bench, FillRole } from './settings.js';

/** Orders that are made at once, so that a million of them need not be in memory. */
const AT_ONCE = 20_000;

/** Publishes a backlog, the fastest way the contestant has. */
export async function fill({ contestant, settings, parent }: Bench<FillRole>): Promise<void> {
  const { url, warmUp, events } = settings;
  const total = warmUp + events;
  const publisher = await contestant.openPublisher(url);
  const mode = publisher.publishBatch === undefined ? 'callers' : 'batches';
  for (let from = 0; from < total; from += AT_ONCE) {
    await publishAll(publisher, createOrders(from, Math.min(from + AT_ONCE, total)), mode);
  }
  await publisher.close();
  parent.say('done');
}
