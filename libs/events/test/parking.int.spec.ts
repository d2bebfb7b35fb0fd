import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, KeyParkedError, UnrecoverableError, type DeadLetter } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;

describe('a key whose event becomes a dead letter', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** A handler that writes numbers down in the order in which it handles them, and gives up those that are broken. */
  function writing(broken: Set<string>, afterDeadLetter: 'go-on' | 'park-key') {
    return noteHandler(
      ({ data: { topic, number } }, { transaction }) => {
        if (broken.has(`${topic} ${String(number)}`))
          throw new UnrecoverableError(`${topic} ${String(number)} is broken`);
        transaction.rpush(`order ${topic}`, number);
      },
      { afterDeadLetter },
    );
  }

  const orderOf = (prefix: string, topic: string) => redis.client.lrange(`${prefix}:tester:order ${topic}`, 0, -1);
  const parkedKeys = (prefix: string) => redis.client.keys(`${prefix}:notes:testers:parked:*`);

  async function deadLettersOf(worker: Worker, count: number): Promise<DeadLetter[]> {
    return eventually(`there are ${String(count)} dead letters`, async () => {
      const found = await worker.app.get(DeadLetters).list('notes', {}, { count: 1000 });
      return found.length === count && (await pendingOf(worker)) === 0 && found;
    });
  }

  it('goes on without it, unless told otherwise', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'on' }, [writing(new Set(['a 1']), 'go-on')]);
    await worker.producer.publishAll(notes('a', 4));
    await deadLettersOf(worker, 1);
    expect(await orderOf('on', 'a')).toEqual(['0', '2', '3']);
    expect(await parkedKeys('on')).toEqual([]);
  });

  it('is parked with its followers, other keys go on, and a replay of the first brings all in order', async () => {
    const broken = new Set(['a 1']);
    const options = { prefix: 'park' };
    await using worker = await startWorker(redis.url, options, [writing(broken, 'park-key')]);
    await worker.producer.publishAll([...notes('a', 4), ...notes('b', 4)]);
    const [first, second, third] = await deadLettersOf(worker, 3);
    expect(await orderOf('park', 'a')).toEqual(['0']);
    expect(await orderOf('park', 'b')).toEqual(['0', '1', '2', '3']);
    expect(first).toMatchObject({ reason: 'unrecoverable', event: { data: { number: 1 } } });
    expect(second).toMatchObject({ reason: 'parked', errorName: 'EventParkedError', event: { data: { number: 2 } } });
    expect(third).toMatchObject({ reason: 'parked', attempts: 0, event: { data: { number: 3 } } });

    const deadLetters = worker.app.get(DeadLetters);
    const tooEarly = deadLetters.replay('notes', second?.id ?? '');
    await expect(tooEarly).rejects.toThrow(KeyParkedError);
    await expect(tooEarly).rejects.toMatchObject({ partitionKey: 'a', first: first?.id });

    // What comes meanwhile waits at the end, by whichever worker it is read.
    await using other = await startWorker(redis.url, options, [writing(broken, 'park-key')]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 4 });
    await deadLettersOf(other, 4);
    broken.clear();
    expect(await deadLetters.replayAll('notes')).toBe(1);
    await deadLettersOf(worker, 0);
    await eventually('all are handled', async () => (await orderOf('park', 'a')).length === 5);
    expect(await orderOf('park', 'a')).toEqual(['0', '1', '2', '3', '4']);
    expect(await parkedKeys('park')).toEqual([]);
    expect(await redis.client.xlen('park:notes:testers:replays')).toBe(0);

    await worker.producer.publish(NoteTaken, { topic: 'a', number: 5 });
    await eventually('the key goes on as before', async () => (await orderOf('park', 'a')).length === 6);
  });

  it('stays parked when the replay fails again, at its old place', async () => {
    const broken = new Set(['a 0', 'a 2']);
    await using worker = await startWorker(redis.url, { prefix: 'again' }, [writing(broken, 'park-key')]);
    await worker.producer.publishAll(notes('a', 4));
    await deadLettersOf(worker, 4);
    const deadLetters = worker.app.get(DeadLetters);
    await deadLetters.replayAll('notes');
    await eventually('it has failed again', async () =>
      (await deadLetters.list('notes')).some(({ replays }) => replays === 1),
    );
    expect(await orderOf('again', 'a')).toEqual([]);

    broken.delete('a 0');
    await deadLetters.replayAll('notes');
    await eventually('the next that fails stops it', async () => {
      const listed = await deadLetters.list('notes');
      return listed.some(({ reason, event }) => reason === 'unrecoverable' && event?.data['number'] === 2);
    });
    expect(await orderOf('again', 'a')).toEqual(['0', '1']);

    broken.clear();
    await deadLetters.replayAll('notes');
    await deadLettersOf(worker, 0);
    await eventually('all are handled', async () => (await orderOf('again', 'a')).length === 4);
    expect(await orderOf('again', 'a')).toEqual(['0', '1', '2', '3']);
    expect(await parkedKeys('again')).toEqual([]);
  });

  it('can be set free by discarding, or by an edited payload', async () => {
    const broken = new Set(['a 0', 'b 0']);
    await using worker = await startWorker(redis.url, { prefix: 'free' }, [writing(broken, 'park-key')]);
    await worker.producer.publishAll([...notes('a', 2), ...notes('b', 2)]);
    const listed = await deadLettersOf(worker, 4);
    const deadLetters = worker.app.get(DeadLetters);
    const [a, b] = listed.filter(({ reason }) => reason === 'unrecoverable');
    await deadLetters.discard('notes', a?.id ?? '', { why: 'a mistake' });
    await deadLetters.replay('notes', b?.id ?? '', { data: { topic: 'b', number: 9 } });
    await deadLetters.replayAll('notes', { reason: 'parked' });
    await deadLettersOf(worker, 0);
    await eventually('all are handled', async () => (await orderOf('free', 'b')).length === 2);
    expect(await orderOf('free', 'a')).toEqual(['1']);
    expect(await orderOf('free', 'b')).toEqual(['9', '1']);
    expect(await parkedKeys('free')).toEqual([]);
  });

  it('goes on when the dead letter that it waits for was trimmed', async () => {
    const broken = new Set(['a 0']);
    await using worker = await startWorker(redis.url, { prefix: 'trimmed' }, [writing(broken, 'park-key')]);
    await worker.producer.publishAll(notes('a', 3));
    await deadLettersOf(worker, 3);
    await redis.client.xtrim('trimmed:notes:dead-letters', 'MAXLEN', 2);
    expect(await worker.app.get(DeadLetters).replayAll('notes')).toBe(1);
    await eventually('those that are left are handled', async () => (await orderOf('trimmed', 'a')).length === 2);
    expect(await orderOf('trimmed', 'a')).toEqual(['1', '2']);
    expect(await parkedKeys('trimmed')).toEqual([]);

    broken.add('b 0');
    await worker.producer.publishAll(notes('b', 2));
    await deadLettersOf(worker, 2);
    await redis.client.del('trimmed:notes:dead-letters');
    await worker.producer.publish(NoteTaken, { topic: 'b', number: 2 });
    await eventually('the next is handled', async () => (await orderOf('trimmed', 'b')).length === 1);
    expect(await orderOf('trimmed', 'b')).toEqual(['2']);
    expect(await parkedKeys('trimmed')).toEqual([]);
  });

  it('stays parked when it is replayed with a payload that is not valid, and is free when that is discarded', async () => {
    const broken = new Set(['a 0']);
    await using worker = await startWorker(redis.url, { prefix: 'invalid' }, [writing(broken, 'park-key')]);
    await worker.producer.publishAll(notes('a', 2));
    const [first, second] = await deadLettersOf(worker, 2);
    const deadLetters = worker.app.get(DeadLetters);
    await deadLetters.replay('notes', first?.id ?? '', { data: { topic: '' } });
    await expect(deadLetters.replay('notes', second?.id ?? '')).rejects.toThrow(KeyParkedError);
    const invalid = await eventually('it is a dead letter again', async () =>
      (await deadLetters.list('notes')).find(({ reason }) => reason === 'invalid'),
    );
    expect(invalid).toMatchObject({ handler: 'Notes.onNote', replays: 1, entryId: first?.entryId });
    await expect(deadLetters.replay('notes', second?.id ?? '')).rejects.toMatchObject({ first: invalid.id });
    await deadLetters.discard('notes', invalid.id);
    await deadLetters.replayAll('notes');
    await eventually('the other is handled', async () => (await orderOf('invalid', 'a')).length === 1);
    expect(await parkedKeys('invalid')).toEqual([]);
  });

  it('is parked at the commit, too, when another worker parks it while the handler runs', async () => {
    const list = 'race:notes:testers:parked:Notes.onNote|a';
    let runs = 0;
    const handler = noteHandler(
      async (_, { transaction }) => {
        runs += 1;
        await redis.client.rpush(list, '0-1 -');
        transaction.incrby('effects', 1);
      },
      { afterDeadLetter: 'park-key' },
    );
    await using worker = await startWorker(redis.url, { prefix: 'race' }, [handler]);
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    const [deadLetter] = await deadLettersOf(worker, 1);
    expect(deadLetter).toMatchObject({ reason: 'parked', entryId: id });
    expect(await redis.client.exists('race:tester:effects')).toBe(0);
    expect(await redis.client.lrange(list, 0, -1)).toEqual(['0-1 -', `${id} ${deadLetter?.id ?? ''}`]);
    expect(runs).toBe(1);
  });
});
