import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeliveryLostError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { startProxy } from './tcp-proxy.js';
import { startWorker } from './worker.js';

describe('transaction redelivery', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('refuses the commit of a consumer whose delivery was taken over, and the next consumer commits once', async () => {
    let runs = 0;
    const handler = noteHandler(async (_, { transaction, id, stream, group }) => {
      runs += 1;
      transaction.incrby('effects', 1).publish(NoteFiled, { topic: 'a', number: runs });
      // Another consumer, which dies with it, takes the entry in the middle of the first run.
      if (runs === 1) await redis.client.xclaim(stream, group, 'thief', 0, id);
    });
    await using worker = await startWorker(redis.url, { prefix: 'stolen', consumer: { claimAfterMs: 300 } }, [handler]);
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });

    await eventually('the first run is abandoned', () => worker.observations.length > 0);
    expect(worker.observations[0]).toMatchObject({ kind: 'abandoned', id, handler: 'Notes.onNote' });
    expect((worker.observations[0] as { error?: unknown }).error).toBeInstanceOf(DeliveryLostError);
    await eventually('it is handled after all', () => worker.observations.some(({ kind }) => kind === 'handled'));
    expect(runs).toBe(2);
    expect(await redis.client.get('stolen:tester:effects')).toBe('1');
    expect(await redis.client.xlen('stolen:files')).toBe(1);
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
  });

  it('applies nothing when the event was settled meanwhile', async () => {
    const handler = noteHandler(async (_, { transaction, id, stream, group }) => {
      transaction.incrby('effects', 1);
      await redis.client.xack(stream, group, id);
    });
    await using worker = await startWorker(redis.url, { prefix: 'settled' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the handler is through', () => worker.observations.length === 1);
    // It was sent once: whoever has settled it, it was not this worker.
    expect(worker.observations).toMatchObject([{ kind: 'abandoned', error: { name: 'DeliveryLostError' } }]);
    expect(await redis.client.exists('settled:tester:effects')).toBe(0);
    expect(worker.consumer.inFlight).toBe(0);
  });

  it('applies nothing when the group was destroyed meanwhile, and the event is handled again', async () => {
    let runs = 0;
    const handler = noteHandler(async (_, { transaction, stream, group }) => {
      runs += 1;
      transaction.incrby('effects', 1);
      if (runs === 1) await redis.client.xgroup('DESTROY', stream, group);
    });
    await using worker = await startWorker(redis.url, { prefix: 'destroyed' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const kinds = () => worker.observations.map(({ kind }) => kind).filter((kind) => kind !== 'group-recreated');
    await eventually('it is handled after all', () => kinds().includes('handled'));
    expect(kinds()).toEqual(['abandoned', 'handled']);
    expect(await redis.client.get('destroyed:tester:effects')).toBe('1');
  });

  it('applies nothing of an event whose id another event has taken', async () => {
    const seen: string[] = [];
    const handler = noteHandler(async (event, { transaction, id, stream, group, consumer }) => {
      seen.push(event.data.topic);
      transaction.incrby(`effects of ${event.data.topic}`, 1);
      if (event.data.topic !== 'old') return;
      // The stream is deleted and made anew; this consumer is given an entry of the same id.
      const fields = ['event_id', crypto.randomUUID(), 'event_type', 'note_taken', 'timestamp', event.timestamp];
      await redis.client.del(stream);
      await redis.client.xadd(
        stream,
        id,
        ...fields,
        'version',
        '1.0',
        'source',
        's',
        'data',
        '{"topic":"new","number":1}',
      );
      await redis.client.xgroup('CREATE', stream, group, '0');
      await redis.client.xreadgroup('GROUP', group, consumer, 'STREAMS', stream, '>');
    });
    await using worker = await startWorker(redis.url, { prefix: 'anew', consumer: { claimAfterMs: 300 } }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'old', number: 1 });
    await eventually('the new one is handled', () => redis.client.get('anew:tester:effects of new'));
    expect(await redis.client.exists('anew:tester:effects of old')).toBe(0);
    expect(seen).toEqual(['old', 'new']);
  });

  it('applies a commit once when its answer was lost', async () => {
    await using proxy = await startProxy(redis.url);
    let runs = 0;
    const handler = noteHandler((_, { transaction }) => {
      runs += 1;
      transaction.incrby('effects', 1).publish(NoteFiled, { topic: 'a', number: 1 });
      proxy.dropReplies();
    });
    const options = { prefix: 'lost', commandTimeoutMs: 300, consumer: { claimAfterMs: 60_000 } };
    await using worker = await startWorker(proxy.url, options, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the commit is applied', () => redis.client.get('lost:tester:effects'));
    const ofTheEvent = () => worker.observations.filter(({ kind }) => kind !== 'outage' && kind !== 'recovered');
    expect(ofTheEvent()).toEqual([]);

    proxy.heal();
    await eventually('the worker knows', () => ofTheEvent().length === 1);
    expect(ofTheEvent()).toMatchObject([{ kind: 'handled', attempt: 1 }]);
    expect(runs).toBe(1);
    expect(await redis.client.get('lost:tester:effects')).toBe('1');
    expect(await redis.client.xlen('lost:files')).toBe(1);
  });

  it('applies a commit once when the network delivers it after its repeat', async () => {
    await using proxy = await startProxy(redis.url);
    const handler = noteHandler((_, { transaction }) => {
      transaction.incrby('effects', 1);
      proxy.holdRequests();
    });
    const options = { prefix: 'late', commandTimeoutMs: 300, consumer: { claimAfterMs: 60_000 } };
    await using worker = await startWorker(proxy.url, options, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the repeat is applied', () => worker.observations.some(({ kind }) => kind === 'handled'));
    const clients = async () => Number(/connected_clients:(\d+)/.exec(await redis.client.info('clients'))?.[1]);
    const before = await clients();
    proxy.heal();
    // The old connections end when the server has taken in what was kept back on them.
    await eventually('the server has seen the first one, too', async () => (await clients()) === before - 2);
    expect(await redis.client.get('late:tester:effects')).toBe('1');
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
  });
});
