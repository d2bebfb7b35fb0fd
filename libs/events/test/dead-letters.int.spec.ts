import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { IsString } from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields, readEntries } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

@DomainEvent({ type: 'note_burnt', version: '1.0', stream: 'notes' })
class NoteBurnt {
  @IsString()
  reason!: string;
}

const withoutData = noteFields().slice(0, -2);

describe('dead letters', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each([
    ['no data', withoutData, 'undecodable', 'EventDecodeError', /data missing/],
    ['data that is not JSON', noteFields({ data: '{"topic"' }), 'undecodable', 'EventDecodeError', /to be JSON/],
    ['data that is an array', noteFields({ data: '[1]' }), 'undecodable', 'EventDecodeError', /to be a JSON object/],
    [
      'fields of another kind',
      ['hello', 'world'],
      'undecodable',
      'EventDecodeError',
      /event_id, event_type, timestamp/,
    ],
    ['no event_id', noteFields({ event_id: '' }), 'undecodable', 'EventDecodeError', /event_id missing/],
    [
      'an unknown type',
      noteFields({ event_type: 'note_lost' }),
      'unknown',
      'UnknownEventError',
      /note_lost of version 1\.0/,
    ],
    [
      'an unknown major version',
      noteFields({ version: '2.0' }),
      'unknown',
      'UnknownEventError',
      /it knows note_taken 1/,
    ],
    [
      'a payload that is not valid',
      noteFields({ data: '{"topic":"","number":1.5}' }),
      'invalid',
      'EventValidationError',
      /number must be an integer.*|topic should not be empty/,
    ],
    [
      'a payload of wrong types',
      noteFields({ data: '{"topic":["a"],"number":"1"}' }),
      'invalid',
      'EventValidationError',
      /topic/,
    ],
    [
      'an event_id of other characters',
      noteFields({ event_id: 'é 1' }),
      'undecodable',
      'EventDecodeError',
      /as a UUID/,
    ],
    [
      'a payload that is nested too deep',
      noteFields({ data: `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}` }),
      'undecodable',
      '',
      /at most 100 .*\(consumer\.maxDepth\), got at least 101/,
    ],
  ])('take an entry with %s at once, whole, and others go on', async (_, fields, reason, name, message) => {
    const prefix = `bad-${String(fields.join('').length)}-${reason}`;
    const seen: number[] = [];
    const options = { prefix, consumer: { unknown: 'dead-letter' as const } };
    await using worker = await startWorker(redis.url, options, [noteHandler(({ data }) => seen.push(data.number))]);
    await worker.producer.publish(NoteTaken, { topic: 'before', number: 1 });
    const id = await redis.client.xadd(`${prefix}:notes`, '*', ...fields);
    await worker.producer.publish(NoteTaken, { topic: 'after', number: 2 });

    await eventually('everything is acknowledged', async () => {
      const [group] = await worker.monitor.groups('notes');
      return seen.length === 2 && group?.lag === 0 && group.pending === 0;
    });
    const [deadLetter = {}, ...more] = await readEntries(redis.client, `${prefix}:notes:dead-letters`);
    expect(more).toEqual([]);
    expect(deadLetter).toMatchObject({
      stream: `${prefix}:notes`,
      entry_id: id,
      group: 'testers',
      handler: '-',
      reason,
    });
    expect(deadLetter).toMatchObject({ attempts: '1', ...(name === '' ? {} : { error_name: name }) });
    expect(deadLetter['error_message']).toMatch(message);
    const original = Object.entries(deadLetter).filter(([field]) => field.startsWith('entry.'));
    expect(original.flatMap(([field, value]) => [field.slice('entry.'.length), value])).toEqual(fields);
    expect(seen).toEqual([1, 2]);
    expect(worker.observations.filter(({ kind }) => kind === 'dead-lettered')).toMatchObject([{ reason, id }]);
  });

  it('do not take an entry of a newer minor version, whose new fields are kept', async () => {
    const seen: unknown[] = [];
    await using worker = await startWorker(redis.url, { prefix: 'minor' }, [noteHandler((event) => seen.push(event))]);
    const data = { topic: 'a', number: 1, colour: 'green' };
    await redis.client.xadd(
      'minor:notes',
      '*',
      ...noteFields({ version: '1.7', data: JSON.stringify(data), shade: 'dark' }),
    );
    await eventually('it is handled', () => seen.length === 1);
    expect(seen).toMatchObject([{ version: '1.7', data, extra: { shade: 'dark' } }]);
    await eventually('it is acknowledged', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
    expect(await redis.client.exists('minor:notes:dead-letters')).toBe(0);
  });

  it('do not take events of classes that the group ignores; those are acknowledged', async () => {
    const seen: number[] = [];
    const handler = noteHandler(({ data }) => seen.push(data.number));
    await using worker = await startWorker(redis.url, { prefix: 'passed', ignore: [NoteBurnt] }, [handler]);
    await worker.producer.publish(NoteBurnt, { reason: 'cold' });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    // It is not this group's business what is in there.
    await redis.client.xadd('passed:notes', '*', ...noteFields({ event_type: 'note_burnt', data: '{"any":"thing"}' }));
    await eventually('everything is acknowledged', async () => {
      const [group] = await worker.monitor.groups('notes');
      return group?.lag === 0 && group.pending === 0;
    });
    expect(seen).toEqual([1]);
    expect(await redis.client.exists('passed:notes:dead-letters')).toBe(0);
  });

  it('wait for their stream: a dead letter that cannot be written is not acknowledged', async () => {
    await redis.client.set('blocked:notes:dead-letters', 'not a stream');
    await using worker = await startWorker(redis.url, { prefix: 'blocked', consumer: { claimAfterMs: 200 } }, [
      noteHandler(() => undefined),
    ]);
    await redis.client.xadd('blocked:notes', '*', 'hello', 'world');
    await eventually('it could not be written', () => worker.observations.some(({ kind }) => kind === 'abandoned'));
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(1);

    await redis.client.del('blocked:notes:dead-letters');
    await eventually('it is written', () => redis.client.xlen('blocked:notes:dead-letters'));
    await eventually('it is acknowledged', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
  });
});
