import { createOrders } from '../orders.js';
import { publishAll } from './publish-all.js';
import type { RoleContext, FillRole } from './settings.js';

/** How many orders are made at a time, so that not a million of them are in memory. */
const AT_ONCE = 20_000;

/** Publishes a backlog in the contestant's fastest way. */
export async function fill({ contestant, settings, parent }: RoleContext<FillRole>): Promise<void> {
  const { url, warmUp, events } = settings;
  const total = warmUp + events;
  const publisher = await contestant.openPublisher(url);
  const mode = publisher.publishBatch === undefined ? 'callers' : 'batches';
  for (let from = 0; from < total; from += AT_ONCE) {
    await publishAll(publisher, createOrders(from, Math.min(from + AT_ONCE, total)), mode);
  }
  await publisher.close();
  parent.send('done');
}
