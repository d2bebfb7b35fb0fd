import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetterGoneError, DeadLetters, UnrecoverableError, type EventEnvelope } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

/** A handler that gives up on what `isBroken` says, and counts its effects. */
function filing(isBroken: (event: EventEnvelope<NoteTaken>) => boolean) {
  return noteHandler((event, { transaction }) => {
    if (isBroken(event)) throw new UnrecoverableError('broken');
    transaction.hincrby('filed', `${event.data.topic} ${String(event.data.number)}`, 1);
    transaction.publish(NoteFiled, event.data);
  });
}

describe('dead letters', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('are listed, inspected, and replayed to the group that gave them up alone', async () => {
    let isBroken = true;
    await using failing = await startWorker(redis.url, { prefix: 'one' }, [
      filing(({ data }) => isBroken && data.number === 1),
    ]);
    await using other = await startWorker(redis.url, { prefix: 'one', group: 'others', source: 'other' }, [
      filing(() => false),
    ]);
    const [, id] = await failing.producer.publishAll(notes('a', 3));
    await eventually('the others are handled', async () => (await redis.client.hlen('one:tester:filed')) === 2);
    await eventually('the other group has handled all', async () => (await redis.client.hlen('one:other:filed')) === 3);
    const deadLetters = failing.app.get(DeadLetters);
    const [deadLetter] = await eventually('it is a dead letter', async () => {
      const found = await deadLetters.list('notes');
      return found.length === 1 && found;
    });
    expect(deadLetter).toMatchObject({
      stream: 'one:notes',
      entryId: id,
      group: 'testers',
      reason: 'unrecoverable',
      attempts: 1,
      errorName: 'UnrecoverableError',
      errorMessage: 'broken',
      replays: 0,
      event: { event_type: 'note_taken', data: { topic: 'a', number: 1 } },
    });
    expect(await deadLetters.get('notes', deadLetter?.id ?? '')).toEqual(deadLetter);

    isBroken = false;
    await deadLetters.replay('notes', deadLetter?.id ?? '', { by: 'operator', why: 'mended' });
    await eventually('it is handled', () => redis.client.hget('one:tester:filed', 'a 1'));
    await eventually(
      'nothing is left of the replay',
      async () => (await redis.client.xlen('one:notes:testers:replays')) === 0,
    );
    expect(await redis.client.hgetall('one:other:filed')).toEqual({ 'a 0': '1', 'a 1': '1', 'a 2': '1' });
    expect(await redis.client.xlen('one:files')).toBe(6);
    expect(await deadLetters.list('notes')).toEqual([]);
    expect(await deadLetters.history('notes')).toMatchObject([
      { action: 'replayed', entryId: id, group: 'testers', by: 'operator', why: 'mended', edited: false },
    ]);
    expect(other.observations.every(({ kind }) => kind === 'handled')).toBe(true);
  });

  it('are delivered once, however many replay them at the same time', async () => {
    let isBroken = true;
    await using worker = await startWorker(redis.url, { prefix: 'twice' }, [filing(() => isBroken)]);
    await worker.producer.publishAll(notes('a', 20));
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('all are dead letters', async () => (await deadLetters.list('notes')).length === 20);
    isBroken = false;
    const counts = await Promise.all(Array.from({ length: 5 }, () => deadLetters.replayAll('notes')));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    await eventually('all are handled', async () => (await redis.client.hlen('twice:tester:filed')) === 20);
    await eventually(
      'nothing is left of the replays',
      async () => (await redis.client.xlen('twice:notes:testers:replays')) === 0,
    );
    expect(new Set(await redis.client.hvals('twice:tester:filed'))).toEqual(new Set(['1']));
    expect(await redis.client.xlen('twice:files')).toBe(20);
  });

  it('can be replayed with another payload, and tell how often they were replayed', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'edited' }, [filing(({ data }) => data.number < 5)]);
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const deadLetters = worker.app.get(DeadLetters);
    const theOne = (replays: number) =>
      eventually('it is a dead letter', async () =>
        (await deadLetters.list('notes')).find((deadLetter) => deadLetter.replays === replays),
      );
    await deadLetters.replay('notes', (await theOne(0)).id);
    const again = await theOne(1);
    expect(again).toMatchObject({ entryId: id, stream: 'edited:notes', handler: 'Notes.onNote' });
    await deadLetters.replay('notes', again.id, { data: { topic: 'a', number: 7 } });
    await eventually('it is handled', () => redis.client.hget('edited:tester:filed', 'a 7'));
    expect(await deadLetters.history('notes')).toMatchObject([{ edited: true }, { edited: false }]);
  });

  it('of entries that cannot be decoded are replayed with a payload that can', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'unreadable' }, [filing(() => false)]);
    const envelope = {
      event_id: 'x',
      event_type: 'note_taken',
      timestamp: 'now',
      version: '1.0',
      source: 's',
      data: '{"broken',
    };
    await redis.client.xadd('unreadable:notes', '*', ...Object.entries(envelope).flat());
    const deadLetters = worker.app.get(DeadLetters);
    const deadLetter = await eventually('it is a dead letter', async () => (await deadLetters.list('notes'))[0]);
    expect(deadLetter).toMatchObject({ reason: 'undecodable', handler: '-', event: null });
    await deadLetters.replay('notes', deadLetter.id, { data: { topic: 'a', number: 1 } });
    await eventually('it is handled', () => redis.client.hget('unreadable:tester:filed', 'a 1'));
  });

  it('are filtered and discarded, and gone then', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'discard' }, [filing(() => true)]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 }, { correlationId: 'c1' });
    await worker.producer.publish(NoteTaken, { topic: 'b', number: 2 }, { correlationId: 'c2' });
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('both are dead letters', async () => (await deadLetters.list('notes')).length === 2);
    const [deadLetter] = await deadLetters.list('notes', {
      correlationId: 'c2',
      group: 'testers',
      eventType: 'note_taken',
    });
    expect(deadLetter?.event?.data).toMatchObject({ topic: 'b' });
    await deadLetters.discard('notes', deadLetter?.id ?? '', { why: 'a test' });
    await expect(deadLetters.discard('notes', deadLetter?.id ?? '')).rejects.toThrow(DeadLetterGoneError);
    await expect(deadLetters.replay('notes', deadLetter?.id ?? '')).rejects.toThrow(DeadLetterGoneError);
    expect(await deadLetters.list('notes', { reason: 'exhausted' })).toEqual([]);
    expect(await deadLetters.discardAll('notes', { errorName: 'UnrecoverableError' })).toBe(1);
    expect(await deadLetters.list('notes')).toEqual([]);
  });

  it('of a handler that is gone say so when they are replayed', async () => {
    const deadLetter = await (async () => {
      await using worker = await startWorker(redis.url, { prefix: 'renamed' }, [filing(() => true)]);
      await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
      return await eventually('it is a dead letter', async () => (await worker.app.get(DeadLetters).list('notes'))[0]);
    })();
    const renamed = noteHandler(() => undefined, {}, 'Renamed');
    const options = { prefix: 'renamed', consumer: { unknown: 'dead-letter' as const } };
    await using worker = await startWorker(redis.url, options, [renamed]);
    const deadLetters = worker.app.get(DeadLetters);
    await deadLetters.replay('notes', deadLetter.id);
    const back = await eventually('it is a dead letter again', async () => (await deadLetters.list('notes'))[0]);
    expect(back).toMatchObject({ reason: 'unknown', errorName: 'HandlerGoneError', entryId: deadLetter.entryId });
    expect(back.errorMessage).toContain('Notes.onNote');
  });
});
