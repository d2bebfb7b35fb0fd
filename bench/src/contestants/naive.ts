import { Redis } from 'ioredis';
import { entryOf, GROUP, openGroup, orderOf, settledIn, storedIn, STREAM, type ReadReply } from './by-hand.js';
import { PREFIX, type Contestant } from './contestant.js';

export const naive: Contestant = {
  title: 'naive loop',
  about:
    'ioredis 6, one awaited call after the other: XADD to publish; XREADGROUP COUNT 1, the handler, XACK to consume',
  expectedRates: { 'publish-one': 9000, 'publish-callers': 40_000, consume: 5000, latency: 1000 },

  async openPublisher(url) {
    const redis = new Redis(url);
    await redis.ping();
    return { publish: (order) => redis.xadd(STREAM, '*', ...entryOf(order)), close: () => redis.quit() };
  },

  async openConsumer(url, { handle }) {
    const redis = new Redis(url);
    const name = `${PREFIX}-${String(process.pid)}`;
    await openGroup(redis);
    let isOpen = true;
    const read = () =>
      redis.xreadgroup('GROUP', GROUP, name, 'COUNT', 1, 'BLOCK', 500, 'STREAMS', STREAM, '>') as Promise<ReadReply>;
    const loop = async () => {
      while (isOpen) {
        const entry = (await read())?.[0]?.[1][0];
        if (entry === undefined) continue;
        handle(orderOf(entry));
        await redis.xack(STREAM, GROUP, entry[0]);
      }
    };
    const looping = loop();
    return {
      async close() {
        isOpen = false;
        await looping;
        await redis.quit();
      },
    };
  },

  stored: storedIn,
  settled: settledIn,
};
