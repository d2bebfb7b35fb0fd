import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters, EventPayloadError, UnrecoverableError, type DeadLetter } from 'nestjs-event-streams';
import { directMonitorOf } from 'nestjs-event-streams/internal';
import { problemOf } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker, type Worker } from './worker.js';

/** Two keys that differ only in bytes which are no UTF-8. */
const KEYS = [Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xfe])];
/** In UTF-8 it is what decoders put in the place of such bytes. */
const REPLACEMENT = '\ufffd';

const broken = (json: string): Buffer => Buffer.from(json.replace('?', '\xff'), 'latin1');
const DATA = broken('{"topic":"a?","number":1}');

function asBytes(fields: readonly (string | Buffer)[]): Buffer[] {
  return fields.map((field) => Buffer.from(field as string));
}

function withField(name: string | Buffer, value: string | Buffer): Buffer[] {
  const fields = noteFields();
  const at = typeof name === 'string' ? fields.indexOf(name) : -1;
  if (at !== -1) fields.splice(at, 2);
  return asBytes([...fields, name, value]);
}

async function deadLetterOf(worker: Worker): Promise<DeadLetter> {
  return eventually('it is a dead letter', async () => {
    const [deadLetter, ...more] = await worker.app.get(DeadLetters).list('notes');
    expect(more).toEqual([]);
    return deadLetter;
  });
}

describe('bytes that are not UTF-8', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const originalOf = async (key: string): Promise<Buffer[]> => {
    const [[, fields] = []] = await redis.client.xrangeBuffer(key, '-', '+');
    const prefix = Buffer.from('entry.');
    const original: Buffer[] = [];
    for (let index = 0; index + 1 < (fields?.length ?? 0); index += 2) {
      const [name, value] = (fields ?? []).slice(index, index + 2) as [Buffer, Buffer];
      if (name.subarray(0, prefix.length).equals(prefix)) original.push(name.subarray(prefix.length), value);
    }
    return original;
  };

  describe.each([1, 3])('with %i partitions', (partitions) => {
    const stream = (prefix: string): string => (partitions === 1 ? `${prefix}:notes` : `{${prefix}:0}:notes`);

    it.each([
      ['payload', withField('data', DATA), 'Expected data as UTF-8, got \\xff at byte 11'],
      ['key', withField('partition_key', KEYS[0] as Buffer), 'Expected partition_key as UTF-8, got \\xff at byte 1'],
      ['source', withField('source', Buffer.from([0xc3])), 'Expected source as UTF-8, got \\xc3 at byte 0'],
      [
        'other-field',
        withField('note', Buffer.from([0xed, 0xa0, 0x80])),
        'Expected note as UTF-8, got \\xed at byte 0',
      ],
      ['name', withField(Buffer.from([0x6e, 0x80]), 'v'), 'Expected the names of fields as UTF-8, got n\\x80'],
      ['long-value', withField('note', Buffer.alloc(5000, 0xff)), 'Expected note as UTF-8, got \\xff at byte 0'],
    ])('in the %s make the entry a dead letter that keeps them, and replays them', async (what, fields, message) => {
      const prefix = `${what}-${String(partitions)}`;
      const seen: string[] = [];
      const options = { prefix, partitions };
      await using worker = await startWorker(redis.url, options, [noteHandler(({ data }) => seen.push(data.topic))]);
      const id = await redis.client.xadd(stream(prefix), '*', ...fields);
      await worker.producer.publish(NoteTaken, { topic: REPLACEMENT, number: 2 });

      const deadLetter = await deadLetterOf(worker);
      expect(deadLetter).toMatchObject({
        entryId: id,
        reason: 'undecodable',
        errorName: 'EventDecodeError',
        event: null,
      });
      expect(deadLetter.errorMessage).toBe(message);
      expect(deadLetter.bytes).toEqual(fields);
      expect(await originalOf(`${stream(prefix)}:dead-letters`)).toEqual(fields);
      // What is UTF-8 and only looks like it goes on.
      await eventually('the other one is handled', () => seen.length === 1);
      expect(seen).toEqual([REPLACEMENT]);

      await worker.app.get(DeadLetters).replay('notes', deadLetter.id);
      const again = await eventually('it is a dead letter again', async () => {
        const [found] = await worker.app.get(DeadLetters).list('notes');
        return found?.replays === 1 && found;
      });
      expect(again.bytes).toEqual(fields);
      expect(await originalOf(`${stream(prefix)}:dead-letters`)).toEqual(fields);
    });
  });

  it('are replayed as they are, to whoever can read them', async () => {
    const fields = withField('data', DATA);
    const prefix = 'exact';
    const failing = await startWorker(redis.url, { prefix }, [noteHandler(() => undefined)]);
    await redis.client.xadd('exact:notes', '*', ...fields);
    const deadLetter = await deadLetterOf(failing);
    await failing.stop();
    await using operator = await startWorker(redis.url, { prefix, group: null });
    await operator.app.get(DeadLetters).replay('notes', deadLetter.id);
    const [[, replayed] = []] = await redis.client.xrangeBuffer('exact:notes:testers:replays', '-', '+');
    expect(replayed?.slice(0, -8)).toEqual(fields);
  });

  it('can be mended by an edit of the payload', async () => {
    const seen: string[] = [];
    const options = { prefix: 'mended' };
    await using worker = await startWorker(redis.url, options, [noteHandler(({ data }) => seen.push(data.topic))]);
    await redis.client.xadd('mended:notes', '*', ...withField('data', DATA));
    const { id } = await deadLetterOf(worker);
    await worker.app.get(DeadLetters).replay('notes', id, { data: { topic: 'mended', number: 1 } });
    await eventually('it is handled', () => seen.length === 1);
    expect(seen).toEqual(['mended']);
  });

  it('of two keys do not make them one', async () => {
    const seen: unknown[] = [];
    const options = { prefix: 'keys' };
    await using worker = await startWorker(redis.url, options, [noteHandler((event) => seen.push(event))]);
    for (const key of KEYS) await redis.client.xadd('keys:notes', '*', ...withField('partition_key', key));
    const listed = await eventually('both are dead letters', async () => {
      const found = await worker.app.get(DeadLetters).list('notes');
      return found.length === 2 && found;
    });
    expect(listed.map(({ bytes }) => bytes?.at(-1))).toEqual(KEYS);
    expect(listed.map(({ fields }) => fields.at(-1))).toEqual(['a\\xff', 'a\\xfe']);
    expect(listed.map(({ partitionKey }) => partitionKey)).toEqual([undefined, undefined]);
    expect(seen).toEqual([]);
  });

  it('are kept of an entry of thousands of fields, too', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => [`field ${String(index)}`, 'value']).flat();
    const fields = [...asBytes(many), ...withField('data', DATA)];
    await using worker = await startWorker(redis.url, { prefix: 'wide' }, [noteHandler(() => undefined)]);
    await redis.client.xadd('wide:notes', '*', ...fields);
    const deadLetter = await deadLetterOf(worker);
    expect(deadLetter.bytes).toEqual(fields);
  });

  it('are seen by a worker that takes the entry over, and by one that reads its own history', async () => {
    const fields = withField('data', DATA);
    await redis.client.xgroup('CREATE', 'over:notes', 'testers', '0', 'MKSTREAM');
    await redis.client.xadd('over:notes', '*', ...fields);
    await redis.client.xreadgroup('GROUP', 'testers', 'dead', 'COUNT', 1, 'STREAMS', 'over:notes', '>');
    await using worker = await startWorker(redis.url, { prefix: 'over' }, [noteHandler(() => undefined)]);
    expect((await deadLetterOf(worker)).bytes).toEqual(fields);
  });

  it('are shown by the monitor, and a text with the replacement character stays an event', async () => {
    await using watcher = await startWorker(redis.url, { prefix: 'watch', group: null });
    await redis.client.xadd('watch:notes', '*', ...withField('data', DATA));
    await redis.client.xadd('watch:notes', '*', ...noteFields({ partition_key: REPLACEMENT }));
    const entries = await watcher.monitor.entries('notes');
    expect(entries).toEqual((await watcher.monitor.latest('notes')).reverse());
    expect([
      ...(await directMonitorOf(watcher.monitor).after(new Map([['notes', '0']]), { count: 10 })).values(),
    ]).toEqual([entries]);
    const { first, last } = await watcher.monitor.stream('notes');
    expect([first, last]).toEqual(entries);
    const [bad, good] = entries;
    expect(bad?.event).toBeNull();
    expect(bad && problemOf(bad)).toBe('Expected data as UTF-8, got \\xff at byte 11');
    expect(good && problemOf(good)).toBeNull();
    expect(bad?.fields.at(-1)).toBe('{"topic":"a\\xff","number":1}');
    expect(good).toMatchObject({ event: { partition_key: REPLACEMENT } });
    expect(good).not.toHaveProperty('bytes');
  });
});

describe('a dead letter that is too wide to be replayed', () => {
  const WIDE = Array.from({ length: 4100 }, (_, index) => [`field ${String(index)}`, 'value']).flat();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('is not lost by an edit', async () => {
    const handler = noteHandler(() => {
      throw new UnrecoverableError('no');
    });
    await using worker = await startWorker(redis.url, { prefix: 'edit' }, [handler]);
    await redis.client.xadd('edit:notes', '*', ...noteFields(), ...WIDE);
    const deadLetter = await deadLetterOf(worker);
    const edit = worker.app.get(DeadLetters).replay('notes', deadLetter.id, { data: { topic: 'b', number: 2 } });
    await expect(edit).rejects.toThrow(EventPayloadError);
    expect(await deadLetterOf(worker)).toEqual(deadLetter);
    expect(await redis.client.exists('edit:notes:testers:replays')).toBe(1);
    expect(await redis.client.xlen('edit:notes:testers:replays')).toBe(0);
  });

  it('is not lost when the replay of the one before it has come to its end', async () => {
    let isBroken = true;
    const seen: number[] = [];
    const handler = noteHandler(
      ({ data }) => {
        if (isBroken) throw new UnrecoverableError('no');
        seen.push(data.number);
      },
      { afterDeadLetter: 'park-key' },
    );
    await using worker = await startWorker(redis.url, { prefix: 'next' }, [handler]);
    const deadLetters = worker.app.get(DeadLetters);
    const note = (number: number): string[] =>
      noteFields({ data: JSON.stringify({ topic: 'a', number }), partition_key: 'a' });
    await redis.client.xadd('next:notes', '*', ...note(0));
    await redis.client.xadd('next:notes', '*', ...note(1), ...WIDE);
    const [first, wide] = await eventually('both are dead letters', async () => {
      const found = await deadLetters.list('notes');
      return found.length === 2 && found;
    });
    isBroken = false;
    await deadLetters.replay('notes', first?.id ?? '');
    await eventually('the first is handled', () => seen.length === 1);
    await eventually(
      'its replay is settled',
      async () => (await redis.client.xlen('next:notes:testers:replays')) === 0,
    );
    expect(await deadLetters.list('notes')).toEqual([wide]);
    // It goes when somebody discards it, and the key is free.
    await deadLetters.discard('notes', wide?.id ?? '');
    await redis.client.xadd('next:notes', '*', ...note(2));
    await eventually('the next one is handled', () => seen.length === 2);
    expect(seen).toEqual([0, 2]);
  });
});

describe('fields that are called as those of a replay', () => {
  it('are the event’s own, and come back with it', async () => {
    await using redis = await freshRedis();
    let isBroken = true;
    const seen: unknown[] = [];
    const handler = noteHandler((event) => {
      if (isBroken) throw new UnrecoverableError('no');
      seen.push(event.extra);
    });
    await using worker = await startWorker(redis.url, { prefix: 'names' }, [handler]);
    const extra = { replay_note: 'mine', replay_handler: 'nobody' };
    await redis.client.xadd('names:notes', '*', ...noteFields(extra));
    const { id } = await deadLetterOf(worker);
    isBroken = false;
    await worker.app.get(DeadLetters).replay('notes', id);
    await eventually('it is handled', () => seen.length === 1);
    expect(seen).toEqual([extra]);
  });
});
