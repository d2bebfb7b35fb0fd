import { Queue, Worker } from 'bullmq';
import type { Order } from '../orders.js';
import { hostAndPort, PREFIX, type Contestant } from './contestant.js';

const QUEUE = 'orders';
const JOB = 'order_placed';
const CONCURRENCY = 50;

export const bullmq: Contestant = {
  title: 'BullMQ',
  about: `Queue.add, Queue.addBulk for batches, and a Worker with a concurrency of ${String(CONCURRENCY)}, all other options at their defaults; nothing is validated`,
  expectedRates: {
    'publish-one': 4000,
    'publish-callers': 12_000,
    'publish-batches': 12_000,
    consume: 8000,
    'consume-two-workers': 10_000,
    latency: 1000,
  },

  async openPublisher(url) {
    const queue = new Queue<Order, void, typeof JOB>(QUEUE, { connection: hostAndPort(url), prefix: PREFIX });
    await queue.waitUntilReady();
    return {
      publish: (order) => queue.add(JOB, order),
      publishBatch: (orders) => queue.addBulk(orders.map((data) => ({ name: JOB, data }))),
      close: () => queue.close(),
    };
  },

  async openConsumer(url, { handle }) {
    const worker = new Worker<Order, void>(
      QUEUE,
      // eslint-disable-next-line @typescript-eslint/require-await -- BullMQ takes functions that return promises
      async (job) => {
        handle(job.data);
      },
      { connection: { ...hostAndPort(url), maxRetriesPerRequest: null }, prefix: PREFIX, concurrency: CONCURRENCY },
    );
    worker.on('error', (error) => {
      console.error(error.message);
    });
    await worker.waitUntilReady();
    return { close: () => worker.close() };
  },

  async stored(redis) {
    return { 'waiting in the queue': await redis.llen(`${PREFIX}:${QUEUE}:wait`) };
  },

  async settled(redis) {
    return { completed: await redis.zcard(`${PREFIX}:${QUEUE}:completed`) };
  },
};
