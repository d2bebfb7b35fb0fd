import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields, readEntries } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { deliverToTheDead } from './redis-state.js';
import { startWorker } from './worker.js';

const ONE_RUN = '0 0 another/1';

describe('what was noted of reading an entry in quarantine', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each([
    { prefix: 'plain', stream: 'plain:notes', partitions: 1, writes: false },
    { prefix: 'writes', stream: 'writes:notes', partitions: 1, writes: true },
    { prefix: 'owned', stream: '{owned:0}:notes', partitions: 2, writes: true },
  ])(
    'goes with the entry, where it is settled outside of quarantine: $prefix',
    async ({ prefix, stream, partitions, writes }) => {
      const gate = new Gate();
      let began = false;
      const handler = noteHandler(async (_, { transaction }) => {
        began = true;
        await gate.pass();
        if (writes) transaction.incrby('effects', 1);
      });
      await using worker = await startWorker(redis.url, { prefix, partitions }, [handler]);
      // Of two partitions, this key's is the first.
      const id = await worker.producer.publish(NoteTaken, { topic: 'b', number: 1 });
      await eventually('its handler runs', () => began);
      const notes = `${stream}:testers:deliveries`;
      expect(await redis.client.exists(stream)).toBe(1);
      await redis.client.hset(notes, { [`${id}|-`]: ONE_RUN, 'of another|-': ONE_RUN });
      gate.open();
      await eventually('it is settled', async () => ((await redis.client.xpending(stream, 'testers')) as [number])[0] === 0); // prettier-ignore
      expect(await redis.client.hkeys(notes)).toEqual(['of another|-']);
    },
  );

  it('goes with a dead letter that nobody could read, and so do notes of its handlers', async () => {
    const stream = 'unread:notes';
    const id = String(await redis.client.call('XADD', stream, '*', ...noteFields({ data: '{' })));
    await deliverToTheDead(redis.client, stream, 1, 60_000);
    const notes = `${stream}:testers:deliveries`;
    await redis.client.hset(notes, { [`${id}|-`]: ONE_RUN, [`${id}|Notes.onNote`]: '1 123', 'of another|-': ONE_RUN });
    await using worker = await startWorker(redis.url, { prefix: 'unread' }, [noteHandler(() => undefined)]);
    await eventually('it is a dead letter', async () => (await readEntries(redis.client, `${stream}:dead-letters`)).length === 1); // prettier-ignore
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
    expect(await redis.client.hkeys(notes)).toEqual(['of another|-']);
  });
});
