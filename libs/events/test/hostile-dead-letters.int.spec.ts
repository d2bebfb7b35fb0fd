import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { aclRules, DeadLetters, OriginalGoneError, UnrecoverableError, type DeadLetter } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteTaken, notes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const MAX_BYTES = 65_536;
const LARGE = 'x'.repeat(300_000);

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('dead letters', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const deadLetters = (worker: Worker) => worker.app.get(DeadLetters);
  const lengthOf = (prefix: string) => redis.client.xlen(`${prefix}:notes:dead-letters`);
  const pendingOf = async (worker: Worker) => (await worker.monitor.pending('notes', 'testers')).count;
  async function settled(worker: Worker, prefix: string, count: number): Promise<void> {
    await eventually(`there are ${String(count)} dead letters`, async () => {
      return (await lengthOf(prefix)) === count && (await pendingOf(worker)) === 0;
    });
  }
  /** What each takes, names included. */
  async function sizesOf(prefix: string): Promise<number[]> {
    const listed = await redis.client.xrangeBuffer(`${prefix}:notes:dead-letters`, '-', '+');
    return listed.map(([, fields]) => sum(fields.map((field) => field.length)));
  }
  /** Gives up what it gets, as long as it is told so; what it handles it writes down by its length. */
  function handling(state: { isBroken: boolean }, afterDeadLetter: 'go-on' | 'park-key' = 'go-on') {
    return noteHandler(
      ({ data: { topic, number } }, { transaction }) => {
        if (state.isBroken) throw new UnrecoverableError('broken');
        transaction.rpush('handled', `${String(number)} ${String(topic.length)}`);
      },
      { afterDeadLetter },
    );
  }
  const handledOf = (prefix: string) => redis.client.lrange(`${prefix}:tester:handled`, 0, -1);

  describe('have a size', () => {
    it('whatever the entry, and say what they are a part of', async () => {
      const options = { prefix: 'sizes', deadLetters: { maxBytes: MAX_BYTES } };
      await using worker = await startWorker(redis.url, options, [handling({ isBroken: true })]);
      const many = (count: number) => Array.from({ length: count }, (_, index) => [`f${String(index)}`, 'v']).flat();
      const entries: (string | Buffer)[][] = [
        noteFields({ data: JSON.stringify({ topic: LARGE, number: 1 }) }),
        noteFields({ data: LARGE }),
        noteFields({ event_type: LARGE }),
        noteFields({ event_id: LARGE, partition_key: LARGE }),
        ['x', LARGE],
        [LARGE, 'x'],
        [...noteFields(), 'wide', Buffer.alloc(300_000, 0xff)],
        [...noteFields(), Buffer.alloc(300_000, 0xff), 'wide'],
        [...noteFields({ data: LARGE }), ...many(10_000)],
        // As JSON it is six times as large.
        [...many(7900), 'controls', '\u0001'.repeat(12_000)],
      ];
      for (const entry of entries) await redis.client.xadd('sizes:notes', '*', ...entry);
      await settled(worker, 'sizes', entries.length);
      expect(Math.max(...(await sizesOf('sizes')))).toBeLessThanOrEqual(MAX_BYTES);
      const listed = await deadLetters(worker).list('notes');
      expect(listed.map(({ originalBytes }) => originalBytes !== undefined)).toEqual(entries.map(() => true));
      const first = listed.find(({ reason }) => reason === 'unrecoverable');
      const bytes = sum((entries[0] ?? []).map((field) => Buffer.byteLength(field)));
      expect(first).toMatchObject({ stream: 'sizes:notes', originalBytes: bytes, event: null });
      expect(first?.fields).toContain('note_taken');
    });

    it('and are whole where they fit, byte for byte', async () => {
      const options = { prefix: 'whole', deadLetters: { maxBytes: MAX_BYTES } };
      await using worker = await startWorker(redis.url, options, [handling({ isBroken: true })]);
      await worker.producer.publish(NoteTaken, { topic: 'x'.repeat(50_000), number: 1 });
      await settled(worker, 'whole', 1);
      const [deadLetter] = await deadLetters(worker).list('notes');
      expect(deadLetter).toMatchObject({ originalBytes: undefined, event: { data: { number: 1 } } });
    });

    it('and what is not whole is replayed from its stream', async () => {
      const state = { isBroken: true };
      const options = { prefix: 'replayed', deadLetters: { maxBytes: MAX_BYTES } };
      await using worker = await startWorker(redis.url, options, [handling(state)]);
      await worker.producer.publish(NoteTaken, { topic: LARGE, number: 1 });
      await settled(worker, 'replayed', 1);
      expect(await deadLetters(worker).replayAll('notes')).toBe(1);
      // It fails again, and what an operator has replayed stays whole.
      await settled(worker, 'replayed', 1);
      const again = await eventually('it is a dead letter again', async () => {
        const [deadLetter] = await deadLetters(worker).list('notes');
        return deadLetter?.replays === 1 && deadLetter;
      });
      expect(again.originalBytes).toBeUndefined();
      state.isBroken = false;
      await deadLetters(worker).replay('notes', again.id);
      await eventually('it is handled', async () => (await handledOf('replayed')).length === 1);
      expect(await handledOf('replayed')).toEqual([`1 ${String(LARGE.length)}`]);
    });

    it('and what is not whole is refused when its stream has lost it, or has another under its id', async () => {
      const state = { isBroken: true };
      const options = { prefix: 'lost', deadLetters: { maxBytes: MAX_BYTES } };
      await using worker = await startWorker(redis.url, options, [handling(state)]);
      const id = await worker.producer.publish(NoteTaken, { topic: LARGE, number: 1 });
      await worker.producer.publish(NoteTaken, { topic: 'small', number: 2 });
      await settled(worker, 'lost', 2);
      state.isBroken = false;
      const [deadLetter] = (await deadLetters(worker).list('notes')) as [DeadLetter];
      await redis.client.xdel('lost:notes', id);
      const refused = deadLetters(worker).replay('notes', deadLetter.id);
      await expect(refused).rejects.toThrow(OriginalGoneError);
      await expect(refused).rejects.toMatchObject({ stream: 'notes', id: deadLetter.id, entryId: id });
      await redis.client.del('lost:notes');
      await redis.client.xadd('lost:notes', id, ...noteFields());
      await expect(deadLetters(worker).replay('notes', deadLetter.id)).rejects.toThrow(OriginalGoneError);
      // The others are replayed all the same; it stays, until somebody gives it up.
      expect(await deadLetters(worker).replayAll('notes')).toBe(1);
      await eventually('the other is handled', async () => (await handledOf('lost')).some((one) => one === '2 5'));
      expect((await deadLetters(worker).list('notes')).map(({ id }) => id)).toEqual([deadLetter.id]);
      await deadLetters(worker).discard('notes', deadLetter.id);
      expect(await lengthOf('lost')).toBe(0);
    });

    it('and parked ones that are not whole come back in order', async () => {
      const state = { isBroken: true };
      const options = { prefix: 'order', deadLetters: { maxBytes: MAX_BYTES } };
      await using worker = await startWorker(redis.url, options, [handling(state, 'park-key')]);
      // Topics of more than a thousand characters have one key.
      for (let number = 0; number < 3; number += 1) await worker.producer.publish(NoteTaken, { topic: LARGE, number });
      await settled(worker, 'order', 3);
      expect((await deadLetters(worker).list('notes')).map(({ reason }) => reason)).toEqual(['unrecoverable', 'parked', 'parked']); // prettier-ignore
      state.isBroken = false;
      expect(await deadLetters(worker).replayAll('notes')).toBe(1);
      await eventually('all are handled', async () => (await handledOf('order')).length === 3);
      expect(await handledOf('order')).toEqual([0, 1, 2].map((number) => `${String(number)} ${String(LARGE.length)}`));
      expect(await redis.client.keys('order:notes:testers:parked:*')).toEqual([]);
    });

    it('and tell no places in the code of the library where it has refused an entry', async () => {
      await using worker = await startWorker(redis.url, { prefix: 'refused' }, [handling({ isBroken: false })]);
      const poison = noteFields({ data: '{"topic":"a","number":-1}' });
      await redis.client.xadd('refused:notes', '*', ...poison);
      await settled(worker, 'refused', 1);
      const [deadLetter] = (await deadLetters(worker).list('notes')) as [DeadLetter];
      expect(deadLetter.errorStack).toBe(`${deadLetter.errorName}: ${deadLetter.errorMessage}`);
      expect((await sizesOf('refused'))[0]).toBeLessThan(1200);
    });
  });

  describe('have a retention', () => {
    it('by number: the oldest go, and it is told', async () => {
      const options = { prefix: 'kept', deadLetters: { maxLength: 50 } };
      const worker = await startWorker(redis.url, options, [handling({ isBroken: true })]);
      const logs = collectLogs();
      await worker.producer.publishAll(notes('a', 400));
      await settled(worker, 'kept', 50);
      const left = await deadLetters(worker).list('notes');
      expect(left.map(({ event }) => event?.data['number'])).toEqual(Array.from({ length: 50 }, (_, index) => 350 + index)); // prettier-ignore
      await worker.stop();
      const trimmed = worker.observations.filter((one) => one.kind === 'trimmed');
      expect(new Set(trimmed.map(({ stream }) => stream))).toEqual(new Set(['kept:notes:dead-letters']));
      expect(sum(trimmed.map(({ count }) => count))).toBe(350);
      expect(logs.warnings.filter((line) => line.includes('Nobody can replay them'))).not.toEqual([]);
      expect(await redis.client.xlen('kept:notes')).toBe(400);
    });

    it('by age, whoever wrote them', async () => {
      const old = ['stream', 'aged:notes', 'entry_id', '1-1', 'group', 'others', 'handler', 'h', 'reason', 'invalid'];
      for (let index = 1; index < 300; index += 1) await redis.client.xadd('aged:notes:dead-letters', `${String(index)}-1`, ...old); // prettier-ignore
      const young = await redis.client.xadd('aged:notes:dead-letters', '*', ...old);
      const options = { prefix: 'aged', deadLetters: { maxAgeMs: 3_600_000 } };
      await using worker = await startWorker(redis.url, options, [handling({ isBroken: false })]);
      await eventually('only the young one is left', async () => (await lengthOf('aged')) === 1);
      expect((await deadLetters(worker).list('notes')).map(({ id }) => id)).toEqual([young]);
    });

    it('after which a parked key goes on', async () => {
      const state = { isBroken: true };
      const options = { prefix: 'parked', deadLetters: { maxLength: 10 } };
      await using worker = await startWorker(redis.url, options, [handling(state, 'park-key')]);
      await worker.producer.publishAll(notes('a', 60));
      await settled(worker, 'parked', 10);
      state.isBroken = false;
      const left = (await deadLetters(worker).list('notes')).map(({ event }) => event?.data['number']);
      expect(left).toEqual(Array.from({ length: 10 }, (_, index) => 50 + index));
      expect(await deadLetters(worker).replayAll('notes')).toBe(1);
      await eventually('all that are left are handled', async () => (await handledOf('parked')).length === 10);
      expect(await handledOf('parked')).toEqual(left.map((number) => `${String(number)} 1`));

      state.isBroken = true;
      await worker.producer.publishAll(notes('b', 30));
      await settled(worker, 'parked', 10);
      await redis.client.del('parked:notes:dead-letters');
      state.isBroken = false;
      await worker.producer.publish(NoteTaken, { topic: 'b', number: 30 });
      await eventually('a key without dead letters goes on', async () => (await handledOf('parked')).at(-1) === '30 1');
      expect(await redis.client.keys('parked:notes:testers:parked:*')).toEqual([]);
    });

    it('that a user with the rights of a worker keeps', async () => {
      const rules = aclRules('worker', { prefix: 'acl', streams: ['notes'], group: 'testers', state: 'tester' });
      await redis.client.acl('SETUSER', 'worker', 'reset', 'on', '>secret', ...rules);
      await redis.client.call('ACL', 'LOG', 'RESET');
      const url = redis.url.replace('//', '//worker:secret@');
      const options = { prefix: 'acl', deadLetters: { maxLength: 5, maxAgeMs: 3_600_000 } };
      await using worker = await startWorker(url, options, [handling({ isBroken: true })]);
      for (let index = 0; index < 150; index += 1) await redis.client.xadd('acl:notes', '*', 'no', 'envelope');
      await eventually('five are left', async () => (await lengthOf('acl')) === 5 && worker.consumer.inFlight === 0);
      expect(await redis.client.call('ACL', 'LOG')).toEqual([]);
    });

    it('unless `retention` says otherwise', async () => {
      const options = { prefix: 'own', deadLetters: { maxLength: 1 }, retention: { 'notes:dead-letters': { maxLength: 5 } } }; // prettier-ignore
      await using worker = await startWorker(redis.url, options, [handling({ isBroken: true })]);
      await worker.producer.publishAll(notes('a', 300));
      await eventually('five are left', async () => (await lengthOf('own')) === 5 && (await pendingOf(worker)) === 0);
    });
  });

  describe('have a rate', () => {
    it('beyond which they wait, none is lost, and less is read', async () => {
      const options = { prefix: 'rate', deadLetters: { maxPerSecond: 10 }, consumer: { readAhead: 10 } };
      const worker = await startWorker(redis.url, options, [handling({ isBroken: true })]);
      const logs = collectLogs();
      let mostInFlight = 0;
      const looking = setInterval(() => (mostInFlight = Math.max(mostInFlight, worker.consumer.inFlight)), 1);
      for (let index = 0; index < 50; index += 1) await redis.client.xadd('rate:notes', '*', 'no', 'envelope');
      await eventually('some wait', () => worker.observations.some(({ kind }) => kind === 'dead-letter-delayed'));
      const [group] = await worker.monitor.groups('notes');
      expect(group?.lag).toBeGreaterThan(0);
      await settled(worker, 'rate', 50);
      clearInterval(looking);
      expect(mostInFlight).toBeLessThanOrEqual(10);
      await worker.stop();
      const delayed = worker.observations.filter(({ kind }) => kind === 'dead-letter-delayed').length;
      const more = logs.warnings.flatMap((line) => /: (\d+) more dead letters have waited/.exec(line)?.slice(1) ?? []);
      const said = logs.warnings.filter((line) => line.includes('deadLetters.maxPerSecond')).length;
      expect(said + sum(more.map(Number))).toBe(delayed);
      expect(said).toBeLessThan(delayed);
    });

    it('and what waits is written when the worker stops', async () => {
      const options = { prefix: 'stop', deadLetters: { maxPerSecond: 1 } };
      const worker = await startWorker(redis.url, options, [handling({ isBroken: true })]);
      await worker.producer.publishAll(notes('a', 10).map((note, index) => ({ ...note, data: { topic: String(index), number: 1 } }))); // prettier-ignore
      await eventually('all but one wait', () => {
        return worker.observations.filter(({ kind }) => kind === 'dead-letter-delayed').length === 9;
      });
      await worker.stop();
      expect(await lengthOf('stop')).toBe(10);
      expect((await redis.client.xpending('stop:notes', 'testers'))[0]).toBe(0);
    });

    it('and others go on meanwhile', async () => {
      const gate = new Gate();
      const handler = noteHandler(async ({ data: { topic, number } }, { transaction }) => {
        if (topic === 'bad') throw new UnrecoverableError('broken');
        await gate.pass();
        transaction.rpush('handled', number);
      });
      const options = { prefix: 'others', deadLetters: { maxPerSecond: 1 } };
      await using worker = await startWorker(redis.url, options, [handler]);
      await worker.producer.publishAll(notes('bad', 30));
      await eventually('some wait', () => worker.observations.some(({ kind }) => kind === 'dead-letter-delayed'));
      gate.open();
      await worker.producer.publishAll(notes('good', 5));
      await eventually('the good ones are handled', async () => (await handledOf('others')).length === 5);
      expect(await lengthOf('others')).toBeLessThan(30);
    });
  });

  it('by the thousand are few lines, with counts', async () => {
    const worker = await startWorker(redis.url, { prefix: 'flood', deadLetters: { maxPerSecond: 0 } }, [handling({ isBroken: true })]); // prettier-ignore
    const logs = collectLogs();
    const COUNT = 5000;
    for (let index = 0; index < COUNT; index += 500) {
      const pipeline = redis.client.pipeline();
      for (let one = 0; one < 500; one += 1) pipeline.xadd('flood:notes', '*', 'no', 'envelope');
      await pipeline.exec();
    }
    await settled(worker, 'flood', COUNT);
    await worker.stop();
    const more = logs.errors.flatMap((line) => /: (\d+) more dead letters$/.exec(line)?.slice(1).map(Number) ?? []);
    expect(logs.errors.length - more.length + sum(more)).toBe(COUNT);
    expect(more.length).toBeGreaterThan(0);
  });
});
