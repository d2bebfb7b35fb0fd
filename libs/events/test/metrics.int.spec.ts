import type { Attributes } from '@opentelemetry/api';
import { eventually, type TestRedis } from '@repo/testing';
import { UnrecoverableError } from 'nestjs-event-streams';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { recordEachTest } from './telemetry.js';
import { startWorker } from './worker.js';

const ON_NOTES = {
  'messaging.system': 'redis',
  'messaging.destination.name': 'notes',
  'messaging.consumer.group.name': 'testers',
};

describe('metrics', () => {
  const own = recordEachTest();

  /** The one value with these attributes, and no others. */
  const valueOf = async (instrument: string, attributes: Attributes): Promise<number | undefined> => {
    const found = (await own.recording.values(instrument)).filter(
      (point) => JSON.stringify(sorted(point.attributes)) === JSON.stringify(sorted(attributes)),
    );
    const [value] = found.map((point) => (typeof point.value === 'number' ? point.value : point.value.count));
    return value;
  };
  const sent = (destination: string): Attributes => ({
    'messaging.system': 'redis',
    'messaging.operation.name': 'publish',
    'messaging.destination.name': destination,
  });
  const done = (operation: string): Attributes => ({ ...ON_NOTES, 'messaging.operation.name': operation });

  it('count messages and measure operations', async () => {
    await using worker = await startWorker(own.redis.url, {}, [
      noteHandler(({ data: { topic, number } }, { transaction }) => {
        transaction.publish(NoteFiled, { topic, number });
      }),
    ]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await worker.producer.publishAll(notes('b', 3));
    await expect(worker.producer.publish(NoteTaken, { topic: '', number: 0 })).rejects.toThrow();
    await eventually(
      'all are handled',
      async () => (await valueOf('messaging.process.duration', done('process'))) === 4,
    );

    expect(await valueOf('messaging.client.sent.messages', sent('notes'))).toBe(4);
    expect(await valueOf('messaging.client.sent.messages', sent('files'))).toBe(4);
    expect(await valueOf('messaging.client.consumed.messages', done('receive'))).toBe(4);
    expect(await valueOf('messaging.client.operation.duration', sent('notes'))).toBe(2);
    const refused = { ...sent('notes'), 'error.type': 'EventValidationError' };
    expect(await valueOf('messaging.client.operation.duration', refused)).toBe(1);
    expect(await valueOf('messaging.client.operation.duration', done('receive'))).toBeGreaterThan(0);
    expect(await valueOf('messaging.client.operation.duration', done('settle'))).toBeGreaterThan(0);
  });

  it('count retries and dead letters by the error, of which there are not too many', async () => {
    await using worker = await startWorker(own.redis.url, {}, [
      noteHandler(
        ({ data }) => {
          throw Object.assign(new Error('no'), { name: `Error of ${data.topic}` });
        },
        { retry: { ...SOON, attempts: 2 } },
      ),
    ]);
    await worker.producer.publishAll(notes('a', 2));
    const other = { ...ON_NOTES, 'error.type': '_OTHER' };
    await eventually('both are given up', async () => (await valueOf('messaging.redis.dead_letters', other)) === 2);
    expect(await valueOf('messaging.redis.retries', other)).toBe(2);
    expect(await valueOf('messaging.process.duration', { ...done('process'), 'error.type': '_OTHER' })).toBe(4);
  });

  it('count dead letters that wait, and those that are too many', async () => {
    await using worker = await startWorker(own.redis.url, { deadLetters: { maxPerSecond: 2, maxLength: 1 } }, [
      noteHandler(() => {
        throw new UnrecoverableError('no');
      }),
    ]);
    await worker.producer.publishAll(notes('a', 4));
    await eventually('two have waited', async () => (await valueOf('messaging.redis.dead_letters.delayed', ON_NOTES)) === 2); // prettier-ignore
    const trimmed = { 'messaging.system': 'redis', 'messaging.destination.name': 'notes' };
    await eventually('three are gone', async () => (await valueOf('messaging.redis.dead_letters.trimmed', trimmed)) === 3); // prettier-ignore
  });

  it('count conflicts and outages', async () => {
    let runs = 0;
    await using worker = await startWorker(own.redis.url, {}, [
      noteHandler(async (_event, { transaction }) => {
        await transaction.get('seen');
        if (++runs === 1) await own.redis.client.set('test:tester:seen', 'otherwise');
        transaction.set('seen', 'by me');
      }),
    ]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await eventually('it has run again', async () => (await valueOf('messaging.redis.conflicts', ON_NOTES)) === 1);

    await own.redis.restart();
    const outage = { 'messaging.system': 'redis', 'error.type': 'unreachable' };
    await eventually('the outage was noticed', async () => (await valueOf('messaging.redis.outages', outage)) === 1);
  });

  it('count what is taken over', async () => {
    await own.redis.client.xgroup('CREATE', 'test:notes', 'testers', '0', 'MKSTREAM');
    await using publisher = await startWorker(own.redis.url, { group: null });
    await publisher.producer.publishAll(notes('a', 3));
    // A worker has read them, and is gone.
    await own.redis.client.xreadgroup('GROUP', 'testers', 'gone', 'STREAMS', 'test:notes', '>');
    await using worker = await startWorker(own.redis.url, {}, [noteHandler(() => undefined)]);
    await eventually('all are taken over', async () => (await valueOf('messaging.redis.claims', ON_NOTES)) === 3);
    await eventually('all are settled', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
    expect(await valueOf('messaging.client.consumed.messages', done('receive'))).toBe(3);
  });

  it('tell how far the group is behind, and ask Redis only then', async () => {
    const gate = new Gate();
    await using worker = await startWorker(own.redis.url, { consumer: { concurrency: 1, readAhead: 1 } }, [
      noteHandler(() => gate.pass()),
    ]);
    await worker.producer.publishAll(notes('a', 3));
    await eventually('one is pending', async () => (await valueOf('messaging.redis.group.pending', ON_NOTES)) === 1);
    expect(await valueOf('messaging.redis.group.lag', ON_NOTES)).toBe(2);
    await eventually(
      'they grow older',
      async () => ((await valueOf('messaging.redis.group.lag.time', ON_NOTES)) ?? 0) > 0,
    );
    expect(await valueOf('messaging.redis.group.oldest_pending.age', ON_NOTES)).toBeGreaterThan(0);

    // Once a second the worker looks for what others have left, which takes TIME and XPENDING, too.
    await eventually('each is asked once, unless the worker looks meanwhile', async () => {
      const before = await commands(own.redis);
      await own.recording.values('messaging.redis.group.lag');
      const after = await commands(own.redis);
      const asked = ['xinfo|groups', 'time', 'xrange', 'xpending'];
      return asked.every((command) => (after[command] ?? 0) - (before[command] ?? 0) === 1);
    });

    gate.open();
    await eventually('nothing is left', async () => (await valueOf('messaging.redis.group.pending', ON_NOTES)) === 0);
    expect(await valueOf('messaging.redis.group.lag', ON_NOTES)).toBe(0);
    expect(await valueOf('messaging.redis.group.lag.time', ON_NOTES)).toBe(0);
    expect(await valueOf('messaging.redis.group.oldest_pending.age', ON_NOTES)).toBe(0);
  });
});

function sorted(attributes: Attributes): [string, unknown][] {
  return Object.entries(attributes).sort(([a], [b]) => a.localeCompare(b));
}

/** How often each command was called. */
async function commands({ client }: TestRedis): Promise<Record<string, number>> {
  const stats = await client.info('commandstats');
  return Object.fromEntries(
    [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name, calls]) => [name ?? '', Number(calls)]),
  );
}
