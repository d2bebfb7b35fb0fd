import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { ValidateBy } from 'class-validator';
import { DeadLetters, DomainEvent, EventHandler, EventsObserver, type EventEnvelope } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler, SOON } from './handlers.js';
import { HOSTILE } from './hostile.js';
import { collectLogs } from './logs.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const KINDS = Object.keys(HOSTILE);

/** A decorator of the user's that throws instead of answering; of a kind that is not known it says yes. */
@DomainEvent({ type: 'thing_seen', version: '1.0', stream: 'things', key: (thing: ThingSeen) => thing.kind })
class ThingSeen {
  @ValidateBy({
    name: 'throws',
    validator: {
      validate: (kind: string): boolean => {
        if (isReading && HOSTILE[kind]) throw HOSTILE[kind]();
        return true;
      },
    },
  })
  kind!: string;
}
/** The publisher is to get its events into the stream. */
let isReading = false;

describe('whatever is thrown', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('by a handler ends by its policy, and can be replayed', async () => {
    const runs = new Map<string, number>();
    let isMended = false;
    const handler = noteHandler(
      ({ data: { topic } }) => {
        if (isMended) return;
        runs.set(topic, (runs.get(topic) ?? 0) + 1);
        throw HOSTILE[topic]?.();
      },
      { retry: { ...SOON, attempts: 2 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'handler' }, [handler]);
    await worker.producer.publishAll(KINDS.map((topic) => ({ event: NoteTaken, data: { topic, number: 1 } })));
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('all are dead letters', async () => (await deadLetters.list('notes')).length === KINDS.length);
    expect(Object.fromEntries(runs)).toEqual(Object.fromEntries(KINDS.map((kind) => [kind, 2])));
    for (const deadLetter of await deadLetters.list('notes')) {
      expect(deadLetter).toMatchObject({ reason: 'exhausted', attempts: 2, handler: 'Notes.onNote', event: { data: { number: 1 } } }); // prettier-ignore
      expect(deadLetter.errorName.length).toBeGreaterThan(0);
      expect(deadLetter.errorMessage.length + deadLetter.errorStack.length).toBeLessThan(13_000);
    }
    isMended = true;
    expect(await deadLetters.replayAll('notes')).toBe(KINDS.length);
    await eventually('nothing is left', async () => {
      return (
        (await deadLetters.replaying('notes', ['testers'])).length === 0 &&
        (await deadLetters.list('notes')).length === 0
      );
    });
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
  });

  it('by a decorator of the event class makes the entry a dead letter, and what follows goes on', async () => {
    const seen: string[] = [];
    class Things {
      @EventHandler(ThingSeen)
      onThing({ data }: EventEnvelope<ThingSeen>): void {
        seen.push(data.kind);
      }
    }
    await using worker = await startWorker(redis.url, { prefix: 'decorator' }, [Things]);
    const deadLetters = worker.app.get(DeadLetters);
    await worker.consumer.onModuleDestroy();
    await worker.producer.publishAll([...KINDS, 'sound'].map((kind) => ({ event: ThingSeen, data: { kind } })));
    isReading = true;
    await using reader = await startWorker(redis.url, { prefix: 'decorator' }, [Things]);
    await eventually('all are settled', async () => {
      return seen.length === 1 && (await reader.monitor.pending('things', 'testers')).count === 0;
    });
    expect(seen).toEqual(['sound']);
    const reasons = (await deadLetters.list('things')).map(({ reason, partitionKey }) => [partitionKey, reason]);
    expect(reasons.sort()).toEqual(KINDS.map((kind) => [kind, 'invalid']).sort());
  });

  it('by an observer, even an async one, is logged, and ends nothing', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'observer' }, [noteHandler(() => undefined)]);
    const logs = collectLogs();
    const observer = worker.app.get(EventsObserver);
    for (const make of Object.values(HOSTILE)) {
      observer.subscribe(() => {
        throw make();
      });
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- as users do
      observer.subscribe(async () => {
        await Promise.resolve();
        throw make();
      });
    }
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('each has failed', () => logs.errors.length === 2 * KINDS.length);
    expect(new Set(logs.errors)).toEqual(new Set(['An observer failed at "handled"']));
  });
});

describe('an error that the library did not foresee', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('is logged with its stack, the handler is called no more, and it ends when its cause is gone', async () => {
    let runs = 0;
    const handler = noteHandler(
      () => {
        runs += 1;
        throw new Error('no stock');
      },
      { retry: { ...SOON, attempts: 2 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'broken' }, [handler]);
    const logs = collectLogs();
    await redis.client.set('broken:notes:dead-letters', 'no stream');
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const isUnexpected = (line: string): boolean =>
      /^broken:notes \d+-\d+, for Notes.onNote, met an unexpected/.test(line);
    await eventually('it was taken over several times', () => logs.errors.filter(isUnexpected).length >= 3);
    expect(logs.stacks.some((stack) => /^ {2}TransactionRefusedError: XADD .*\n +at /.test(stack))).toBe(true);
    expect(runs).toBe(2);
    await redis.client.del('broken:notes:dead-letters');
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('it is a dead letter', async () => (await deadLetters.list('notes')).length === 1);
    expect((await deadLetters.list('notes'))[0]).toMatchObject({ reason: 'exhausted', attempts: 2 });
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
    expect(runs).toBe(2);
  });

  it('does not make a handler run for ever, even if failures cannot be noted', async () => {
    let runs = 0;
    const handler = noteHandler(
      () => {
        runs += 1;
        throw new Error('no stock');
      },
      { retry: SOON },
    );
    await using worker = await startWorker(redis.url, { prefix: 'unnoted' }, [handler]);
    const logs = collectLogs();
    await redis.client.set('unnoted:notes:testers:deliveries', 'no hash');
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    const claims = async () =>
      Number(/errorstat_WRONGTYPE:count=(\d+)/.exec(await redis.client.info('errorstats'))?.[1]);
    await eventually('it was said that it cannot be taken over', () =>
      logs.errors.some((line) => line.startsWith('Taking over on unnoted:notes failed: WRONGTYPE')),
    );
    const before = await claims();
    await eventually('that was tried several times', async () => (await claims()) >= before + 3);
    // Once, however often it is tried.
    expect(logs.errors.filter((line) => line.startsWith('Taking over on unnoted:notes failed'))).toHaveLength(1);
    expect(runs).toBe(1);
    await redis.client.del('unnoted:notes:testers:deliveries');
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('it is a dead letter', async () => (await deadLetters.list('notes')).length === 1);
    expect(runs).toBe(1 + SOON.attempts);
  });
});
