import { Redis } from 'ioredis';
import { entryOf, GROUP, openGroup, orderOf, settledIn, storedIn, STREAM, type ReadReply } from './by-hand.js';
import { PREFIX, type Contestant } from './contestant.js';

const BATCH = 100;

export const yardstick: Contestant = {
  title: 'yardstick',
  about:
    'ioredis 6 by hand: XADD in pipelines of 100, two in flight; XREADGROUP COUNT 100, read one ahead, one XACK for each read; the entries have the fields of the library’s; it writes and parses JSON, without validation, dispatch, retries or duplicate checks',
  expectedRates: {
    'publish-one': 9000,
    'publish-callers': 80_000,
    'publish-batches': 80_000,
    consume: 80_000,
    'consume-two-workers': 80_000,
    latency: 1000,
    memory: 80_000,
  },

  async openPublisher(url) {
    const redis = new Redis(url);
    await redis.ping();
    return {
      publish: (order) => redis.xadd(STREAM, '*', ...entryOf(order)),
      async publishBatch(orders) {
        const pipeline = redis.pipeline();
        for (const order of orders) pipeline.xadd(STREAM, '*', ...entryOf(order));
        for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
      },
      batchesCallers: true,
      close: () => redis.quit(),
    };
  },

  async openConsumer(url, { handle }) {
    const reading = new Redis(url);
    const acknowledging = new Redis(url);
    const name = `${PREFIX}-${String(process.pid)}`;
    await openGroup(acknowledging);
    let isOpen = true;
    const read = () =>
      reading.xreadgroup(
        ...(['GROUP', GROUP, name, 'COUNT', BATCH, 'BLOCK', 500, 'STREAMS', STREAM, '>'] as const),
      ) as Promise<ReadReply>;
    const loop = async () => {
      let next = read();
      let acknowledged = Promise.resolve(0);
      while (isOpen) {
        const reply = await next;
        next = read();
        const entries = reply?.[0]?.[1] ?? [];
        for (const entry of entries) handle(orderOf(entry));
        if (entries.length === 0) continue;
        await acknowledged;
        acknowledged = acknowledging.xack(STREAM, GROUP, ...entries.map(([id]) => id));
      }
      await Promise.all([next, acknowledged]);
    };
    const looping = loop();
    return {
      async close() {
        isOpen = false;
        await looping;
        await Promise.all([reading.quit(), acknowledging.quit()]);
      },
    };
  },

  stored: storedIn,
  settled: settledIn,
};
