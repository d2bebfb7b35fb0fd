import type { Publisher } from '../contestants/contestant.js';
import type { OrderStock } from '../orders.js';
import { BATCH, BATCHES_IN_FLIGHT, CALLERS, type PublishMode } from '../scenarios.js';

/** Publishes all orders of a stock. */
export async function publishAll(publisher: Publisher, orders: OrderStock, mode: PublishMode): Promise<void> {
  const batched = mode === 'batches' || (mode === 'callers' && publisher.batchesCallers === true);
  const callers = mode === 'one' ? 1 : batched ? BATCHES_IN_FLIGHT : CALLERS;
  const call = batched ? publishBatches : publishEach;
  await Promise.all(Array.from({ length: callers }, () => call(publisher, orders)));
}

async function publishEach(publisher: Publisher, orders: OrderStock): Promise<void> {
  for (let order = orders.next(); order !== undefined; order = orders.next()) await publisher.publish(order);
}

async function publishBatches(publisher: Publisher, orders: OrderStock): Promise<void> {
  if (publisher.publishBatch === undefined) throw new Error('This contestant has no batches.');
  for (let batch = orders.nextBatch(BATCH); batch.length > 0; batch = orders.nextBatch(BATCH)) {
    await publisher.publishBatch(batch);
  }
}
