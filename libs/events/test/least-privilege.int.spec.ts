import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

describe('a Redis user that may not do everything', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('has a transaction refused whole that needs a command which it lacks', async () => {
    await redis.client.acl('SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', '-zadd');
    const handler = noteHandler(
      (_, { transaction }) => {
        // Those that it may do come first: they must not be left behind.
        transaction.incrby('count', 1).publish(NoteFiled, { topic: 'a', number: 1 });
        transaction.zadd('scores', 1, 'a');
      },
      { retry: { attempts: 1 } },
    );
    const url = redis.url.replace('//', '//limited:secret@');
    await using worker = await startWorker(url, { prefix: 'limited' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const failed = await eventually('it is refused', () =>
      worker.observations.find(({ kind }) => kind === 'dead-lettered'),
    );
    expect(failed).toMatchObject({
      error: {
        name: 'TransactionRefusedError',
        message: 'ZADD limited:tester:scores: this Redis user may not (see ACL)',
      },
    });
    expect(await redis.client.exists('limited:tester:count', 'limited:files')).toBe(0);
  });

  it('does not keep others from settling by a key that it may not touch', async () => {
    const keys = ['~narrow:notes*', '~narrow:producers*', '~narrow:tester:mine'];
    await redis.client.acl('SETUSER', 'narrow', 'on', '>secret', ...keys, '&*', '+@all');
    const handler = noteHandler(({ data }, { transaction }) => {
      transaction.incrby(data.number === 5 ? 'yours' : 'mine', 1);
    });
    const url = redis.url.replace('//', '//narrow:secret@');
    await using worker = await startWorker(url, { prefix: 'narrow' }, [handler]);
    await worker.producer.publishAll(
      Array.from({ length: 10 }, (_, number) => ({
        event: NoteTaken,
        data: { topic: String(number), number },
      })),
    );
    await eventually('the others are settled', async () => (await redis.client.get('narrow:tester:mine')) === '9');
    expect(await worker.monitor.pending('notes', 'testers')).toMatchObject({ count: 1 });
    await redis.client.acl('SETUSER', 'narrow', '~*');
    await eventually('with the right, it is settled, too', () => redis.client.get('narrow:tester:yours'));
    expect(await redis.client.exists('narrow:notes:dead-letters')).toBe(0);
  });
});
