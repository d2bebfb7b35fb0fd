import { BATCH, BATCHES_IN_FLIGHT, CALLERS } from '../scenarios.mjs';

/**
 * Publishes all orders of a stock, as `how` says.
 * @param {import('../contestants/contestant.mjs').Publisher} publisher
 * @param {import('../orders.mjs').Orders} orders
 * @param {import('../scenarios.mjs').Scenario['how']} how
 */
export async function publishAll(publisher, orders, how) {
  const batched = how === 'batches' || (how === 'callers' && publisher.callersBy === 'batches');
  const lanes = how === 'one' ? 1 : batched ? BATCHES_IN_FLIGHT : CALLERS;
  const lane = batched ? batches(publisher, orders) : single(publisher, orders);
  await Promise.all(Array.from({ length: lanes }, lane));
}

/**
 * @param {import('../contestants/contestant.mjs').Publisher} publisher
 * @param {import('../orders.mjs').Orders} orders
 */
function single(publisher, orders) {
  return async () => {
    for (let order = orders.next(); order !== undefined; order = orders.next()) await publisher.publish(order);
  };
}

/**
 * @param {import('../contestants/contestant.mjs').Publisher} publisher
 * @param {import('../orders.mjs').Orders} orders
 */
function batches({ publishBatch }, orders) {
  if (publishBatch === undefined) throw new Error('This contestant has no batches.');
  return async () => {
    for (let batch = orders.nextBatch(BATCH); batch.length > 0; batch = orders.nextBatch(BATCH)) {
      await publishBatch(batch);
    }
  };
}
