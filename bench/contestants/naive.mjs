import { Redis } from 'ioredis';
import { PREFIX } from './contestant.mjs';
import { DATA_AT, entryOf, GROUP, openGroup, settledIn, STREAM } from './by-hand.mjs';

/** @type {import('./contestant.mjs').Contestant} */
export const naive = {
  title: 'naive loop',
  about: 'ioredis 6, one awaited call for each thing: XADD; XREADGROUP COUNT 1, the handler, XACK',
  pace: { 'publish-one': 9000, 'publish-callers': 40_000, consume: 5000, latency: 1000 },

  async openPublisher(url) {
    const redis = new Redis(url);
    await redis.ping();
    return { publish: (order) => redis.xadd(STREAM, '*', ...entryOf(order)), close: () => redis.quit() };
  },

  async openConsumer(url, { handle }) {
    const redis = new Redis(url);
    const name = `${PREFIX}-${String(process.pid)}`;
    await openGroup(redis);
    let open = true;
    const loop = async () => {
      while (open) {
        const reply = /** @type {[string, [string, string[]][]][] | null} */ (
          await redis.xreadgroup('GROUP', GROUP, name, 'COUNT', 1, 'BLOCK', 500, 'STREAMS', STREAM, '>')
        );
        const entry = reply?.[0]?.[1][0];
        if (entry === undefined) continue;
        await handle(JSON.parse(/** @type {string} */ (entry[1][DATA_AT])));
        await redis.xack(STREAM, GROUP, entry[0]);
      }
    };
    const looping = loop();
    return {
      async close() {
        open = false;
        await looping;
        await redis.quit();
      },
    };
  },

  async stored(redis) {
    return { 'in the stream': await redis.xlen(STREAM) };
  },

  settled: settledIn,
};
