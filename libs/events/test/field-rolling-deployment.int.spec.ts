import { Injectable, type Type } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { IsInt, IsString } from 'class-validator';
import {
  DeadLetters,
  DomainEvent,
  EventHandler,
  type EventClass,
  type EventEnvelope,
  type Observation,
} from 'nestjs-event-streams';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler, SOON } from './handlers.js';
import { notes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

/** What only the new replicas know. */
@DomainEvent({ type: 'note_taken', version: '2.0', stream: 'notes', key: (note: NoteTakenAnew) => note.topic })
class NoteTakenAnew {
  @IsString()
  topic!: string;

  @IsInt()
  number!: number;
}

@DomainEvent({ type: 'note_burnt', version: '1.0', stream: 'notes' })
class NoteBurnt {
  @IsString()
  topic!: string;
}

const AWAITED = 'note_taken 2';
const CONSUMER = `waiting for ${AWAITED}`;
const HOUR_MS = 3_600_000;

function handlerOf<T extends object>(event: EventClass<T>, handle: (event: EventEnvelope<T>) => unknown): Type {
  @Injectable()
  class Anew {
    @EventHandler(event, { retry: SOON })
    async onNote(envelope: EventEnvelope<T>): Promise<void> {
      await handle(envelope);
    }
  }
  return Anew;
}

const anew = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    event: NoteTakenAnew,
    data: { topic: `topic ${String(number)}`, number },
  }));
const ofKind = (workers: readonly Worker[], kind: Observation['kind']) =>
  workers.flatMap(({ observations }) => observations.filter((one) => one.kind === kind));

describe('a rolling deployment', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const settled = (worker: Worker) =>
    eventually('all is settled', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0;
    });
  const deadLettersOf = async (worker: Worker) => worker.app.get(DeadLetters).list('notes');
  const start = (prefix: string, providers: Type[], consumer: object = {}, options = {}) =>
    startWorker(redis.url, { prefix, ...options, consumer: { unknownGraceMs: HOUR_MS, ...consumer } }, providers);

  describe.each([
    ['of one stream', {}],
    ['of partitions', { partitions: 4 }],
  ])('%s', (name, options) => {
    const prefix = name.replaceAll(' ', '-');
    const consumer = { leaseMs: 900 };

    it('brings events that only new workers know to them, and makes no dead letter', async () => {
      const seen: number[] = [];
      const old = noteHandler(() => undefined);
      const now = handlerOf(NoteTakenAnew, ({ data }) => seen.push(data.number));
      await using first = await start(`${prefix}-both`, [old], consumer, options);
      await using second = await start(`${prefix}-both`, [old], consumer, options);
      await using third = await start(`${prefix}-both`, [old, now], consumer, options);
      // Each gets some of them, and what all of them know is in between.
      for (const event of anew(40)) {
        await third.producer.publish(event.event, event.data);
        await third.producer.publishAll(notes(`old ${String(event.data.number)}`, 2));
      }
      await eventually('the new one has handled all', () => new Set(seen).size === 40);
      await settled(third);
      expect(seen).toHaveLength(40);
      expect(await deadLettersOf(third)).toEqual([]);
      expect(ofKind([first, second], 'unknown').length).toBeGreaterThan(0);
      expect(ofKind([first, second, third], 'dead-lettered')).toEqual([]);
    });

    it('keeps events that no worker knows, while all workers are replaced, for the first worker that knows them', async () => {
      const old = noteHandler(() => undefined);
      const seen: number[] = [];
      await using first = await start(`${prefix}-early`, [old], consumer, options);
      await using publisher = await startWorker(redis.url, { prefix: `${prefix}-early`, ...options, group: null });
      await publisher.producer.publishAll(anew(5));
      await eventually('they wait', async () => (await publisher.monitor.waiting('notes', 'testers'))[0]?.count === 5);
      await first.stop();
      await using second = await start(`${prefix}-early`, [old], consumer, options);
      await publisher.producer.publishAll(notes('a', 3));
      await eventually('it handles what it knows', () => ofKind([second], 'handled').length === 3);
      expect(await publisher.monitor.waiting('notes', 'testers')).toEqual([{ awaited: AWAITED, count: 5 }]);
      const now = handlerOf(NoteTakenAnew, ({ data }) => seen.push(data.number));
      await using third = await start(`${prefix}-early`, [old, now], consumer, options);
      await settled(third);
      expect(seen.sort()).toEqual([0, 1, 2, 3, 4]);
      expect(await deadLettersOf(third)).toEqual([]);
      expect(await publisher.monitor.waiting('notes', 'testers')).toEqual([]);
    });

    it('makes dead letters of events that no worker knows when their time is over', async () => {
      const old = noteHandler(() => undefined);
      await using worker = await start(`${prefix}-late`, [old], { ...consumer, unknownGraceMs: 300 }, options);
      await worker.producer.publishAll(anew(3));
      await eventually('they are dead letters', async () => (await deadLettersOf(worker)).length === 3);
      expect(await deadLettersOf(worker)).toMatchObject(
        new Array(3).fill({ reason: 'unknown', errorName: 'UnknownEventError' }),
      );
      await settled(worker);
    });

    it('does not hold up known events, and no worker takes over those that wait', async () => {
      const seen: number[] = [];
      const old = noteHandler(({ data }) => seen.push(data.number));
      const small = { ...consumer, readAhead: 10, batchSize: 5, claimAfterMs: 200 };
      await using worker = await start(`${prefix}-full`, [old], small, options);
      await worker.producer.publishAll(anew(100));
      await eventually('all wait', async () => (await worker.monitor.waiting('notes', 'testers'))[0]?.count === 100);
      await worker.producer.publishAll(notes('a', 50));
      await eventually('the others are handled', () => seen.length === 50);
      expect(ofKind([worker], 'unknown')).toHaveLength(100);
      expect(ofKind([worker], 'taken-over')).toEqual([]);
      expect(worker.consumer.inFlight).toBe(0);
    });
  });

  it('leaves waiting events where they are, however long they wait', async () => {
    await using worker = await start('resting', [noteHandler(() => undefined)], { claimAfterMs: 200 });
    await worker.producer.publishAll(anew(3));
    await eventually('all have waited for many claim times', async () => {
      const rows = (await redis.client.xpending('resting:notes', 'testers', '-', '+', 10, CONSUMER)) as [string, string, number][]; // prettier-ignore
      return rows.length === 3 && rows.every(([, , idleMs]) => idleMs > 2000);
    });
    expect(ofKind([worker], 'unknown')).toHaveLength(3);
    expect(ofKind([worker], 'taken-over')).toEqual([]);
  });

  it('does not give up events that a living worker knows, however long it is busy', async () => {
    const old = noteHandler(() => undefined);
    let release = (): void => undefined;
    const open = new Promise<void>((resolve) => (release = resolve));
    const seen: number[] = [];
    const now = handlerOf(NoteTakenAnew, async ({ data }) => {
      seen.push(data.number);
      await open;
    });
    const consumer = { unknownGraceMs: 100, readAhead: 1, concurrency: 1, batchSize: 1 };
    await using knowing = await start('busy', [now], consumer);
    await knowing.producer.publish(NoteTakenAnew, { topic: 'first', number: 99 });
    await eventually('it has no room', () => seen.length === 1);
    await using first = await start('busy', [old], consumer);
    await first.producer.publishAll(anew(3));
    await eventually('the others wait', async () => (await first.monitor.waiting('notes', 'testers'))[0]?.count === 3);
    await eventually('their time is over', async () => {
      const rows = (await redis.client.xpending('busy:notes', 'testers', '-', '+', 10, CONSUMER)) as [
        string,
        string,
        number,
      ][];
      return rows.every(([, , idleMs]) => idleMs > 2000);
    });
    expect(await deadLettersOf(first)).toEqual([]);
    release();
    await eventually('it has got all', () => seen.length === 4);
    await settled(first);
    expect(await deadLettersOf(first)).toEqual([]);
  });

  it('counts the time in Redis: a restart of all workers does not begin it anew, nor does one of Redis', async () => {
    await using worker = await start('restart', [noteHandler(() => undefined)]);
    await worker.producer.publishAll(anew(1));
    await eventually('it waits', async () => (await worker.monitor.waiting('notes', 'testers'))[0]?.count === 1);
    await worker.stop();
    const waited = async (): Promise<number> => {
      const [row] = (await redis.client.xpending('restart:notes', 'testers', '-', '+', 1, CONSUMER)) as [
        string,
        string,
        number,
      ][];
      return row?.[2] ?? 0;
    };
    await eventually('it has waited', async () => (await waited()) > 1500);
    await redis.restart();
    await eventually('Redis is back', async () => (await waited()) > 1500);
    await using next = await start('restart', [noteHandler(() => undefined)], { unknownGraceMs: 1500 });
    await eventually('it is a dead letter', async () => (await deadLettersOf(next)).length === 1);
    expect(ofKind([next], 'unknown')).toEqual([]);
  });

  it('is seen in health, by the handlers that events wait for', async () => {
    await using worker = await start('health', [noteHandler(() => undefined)]);
    const health = worker.app.get(EventsHealthIndicator);
    await worker.producer.publishAll(notes('a', 1));
    await settled(worker);
    expect(await health.lag()).toEqual({ lag: { status: 'up', notes: { lag: 0, pending: 0 } } });
    await worker.producer.publishAll(anew(2));
    await eventually('it is degraded', async () => (await health.lag())['lag']?.status === 'degraded');
    await eventually('both wait', async () => (await worker.monitor.waiting('notes', 'testers'))[0]?.count === 2);
    expect(await health.lag()).toEqual({
      lag: { status: 'degraded', notes: { lag: 0, pending: 2, waiting: { [AWAITED]: 2 } } },
    });
  });

  it('brings a dead letter that is replayed to a worker that has its handler', async () => {
    const burn = handlerOf(NoteBurnt, () => {
      throw new Error('at first');
    });
    await using first = await start('replay', [burn], { retry: { attempts: 1 } });
    await first.producer.publish(NoteBurnt, { topic: 'a' });
    await eventually('it is a dead letter', async () => (await deadLettersOf(first)).length === 1);
    await first.stop();

    @Injectable()
    class Others {
      @EventHandler(NoteBurnt)
      onBurnt(): void {
        return;
      }
    }
    await using other = await start('replay', [Others]);
    const [deadLetter] = await deadLettersOf(other);
    await other.app.get(DeadLetters).replay('notes', deadLetter?.id ?? '');
    const awaited = 'Anew.onNote note_burnt 1';
    await eventually('it waits', async () => (await other.monitor.waiting('notes', 'testers'))[0]?.awaited === awaited);
    const burnt: string[] = [];
    await using second = await start('replay', [handlerOf(NoteBurnt, ({ data }) => burnt.push(data.topic))]);
    await eventually('its handler has it', () => burnt.length === 1);
    expect(await deadLettersOf(second)).toEqual([]);
  });

  it.each(['dead-letter', 'ignore'] as const)('can be told otherwise, by stream: %s', async (policy) => {
    await using worker = await start(policy, [noteHandler(() => undefined)], { unknown: { notes: policy } });
    await worker.producer.publishAll(anew(3));
    await settled(worker);
    expect(await deadLettersOf(worker)).toHaveLength(policy === 'ignore' ? 0 : 3);
    expect(ofKind([worker], 'unknown')).toHaveLength(policy === 'ignore' ? 3 : 0);
    expect(await worker.monitor.waiting('notes', 'testers')).toEqual([]);
  });

  it('does not wait for a type that no class can have, nor for more than a hundred types', async () => {
    await using worker = await start('made-up', [noteHandler(() => undefined)]);
    const append = (type: string, version = '1.0') =>
      redis.client.xadd('made-up:notes', '*', 'event_id', crypto.randomUUID(), 'event_type', type, 'timestamp', new Date().toISOString(), 'version', version, 'source', 'x', 'data', '{}'); // prettier-ignore
    await append('Note Taken');
    await append('note_taken', 'two');
    await append('a'.repeat(300));
    await append(`note\nwaiting for note_taken`);
    await eventually('they are dead letters', async () => (await deadLettersOf(worker)).length === 4);
    for (let number = 0; number < 110; number += 1) await append(`note_of_${String(number)}`);
    await eventually('the last are dead letters', async () => (await deadLettersOf(worker)).length === 14);
    expect(await worker.monitor.waiting('notes', 'testers')).toHaveLength(100);
    await worker.producer.publishAll(notes('a', 1));
    await eventually('others are handled', () => ofKind([worker], 'handled').length === 1);
  });

  it('forgets handlers that no event waits for any more', async () => {
    await using worker = await start('forget', [noteHandler(() => undefined)], { unknownGraceMs: 0 });
    await worker.producer.publishAll(anew(3));
    await eventually('they are dead letters', async () => (await deadLettersOf(worker)).length === 3);
    await settled(worker);
    await eventually('the consumer is gone', async () =>
      (await worker.monitor.consumers('notes', 'testers')).every(({ name }) => name === worker.consumer.name),
    );
    await eventually(
      'nobody looks',
      async () => (await redis.client.hexists('forget:watch:testers', 'waiting forget:notes')) === 0,
    );
  });

  it.each([
    ['drop', 'consumer.unknown as "wait", "dead-letter" or "ignore", got "drop"'],
    [{ notes: 1 }, 'consumer.unknown.notes as "wait", "dead-letter" or "ignore", got 1'],
  ])('refuses a policy that there is not: %j', async (unknown, message) => {
    await expect(start('wrong', [], { unknown }, { group: null })).rejects.toThrow(message);
  });
});
