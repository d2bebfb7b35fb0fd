import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { UnrecoverableError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsOf, noteFields, readEntries } from '../../events/test/entries.js';
import { noteHandler } from '../../events/test/handlers.js';
import { notes } from '../../events/test/notes.js';
import { startWorker } from '../../events/test/worker.js';
import { runCli } from './command-line.js';

const HOSTILE = 'a\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eb\r\nc';
const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u;

describe('single events by the command line', () => {
  let redis: TestRedis;
  let env: Record<string, string>;
  let dir: string;
  beforeAll(async () => {
    redis = await freshRedis();
    env = { REDIS_URL: redis.url, EVENTS_PREFIX: 'test' };
    dir = await mkdtemp(path.join(os.tmpdir(), 'events-cli-'));
  });
  afterAll(async () => {
    await redis.stop();
    await rm(dir, { recursive: true });
  });

  it('shows an event by its id and by its event_id, with its state in each group', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'shown' }, [
      noteHandler(() => {
        throw new UnrecoverableError('no use');
      }),
    ]);
    const [id = ''] = await worker.producer.publishAll(notes('a', 1));
    await eventually('it is given up', () => redis.client.xlen('shown:notes:dead-letters'));
    await redis.client.xgroup('CREATE', 'shown:notes', 'waiting', '0');
    await redis.client.xgroup('CREATE', 'shown:notes', 'later', '$');
    await redis.client.xgroup('CREATE', 'shown:notes', 'holding', '0');
    await redis.client.xreadgroup('GROUP', 'holding', 'ada', 'STREAMS', 'shown:notes', '>');
    await redis.client.hset(
      'shown:notes:holding:deliveries',
      `${id}|A.on`,
      '2 1 0',
      `${id}|B.on`,
      'done',
      '9-9|A.on',
      '1 1 0',
    );

    const { code, stdout } = await runCli(['show', 'notes', id, '--prefix', 'shown'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/ event_type +note_taken/);
    expect(stdout).toContain('"topic": "a"');
    expect(stdout).toMatch(/^waiting +waiting$/m);
    expect(stdout).toMatch(/^later +settled$/m);
    expect(stdout).toMatch(
      /^testers +dead-lettered +Notes\.onNote: unrecoverable after 1 attempt, UnrecoverableError/m,
    );
    expect(stdout).toMatch(/^holding +pending +with ada, 1 delivery/m);
    expect(stdout).toContain('A.on failed 2 times');
    expect(stdout).toContain('B.on is done');

    const [entry] = await readEntries(redis.client, 'shown:notes');
    const eventId = entry?.['event_id'] ?? '';
    const [row] = (await runCli(['show', eventId, '--prefix', 'shown', '--json'], { env })).rows();
    expect(row).toMatchObject({ stream: 'notes', id, event: { event_id: eventId } });
    expect((await runCli(['show', 'notes', eventId, '--prefix', 'shown'], { env })).code).toBe(0);
  });

  it('finds an event far back, and says what it did not find', async () => {
    const pipeline = redis.client.pipeline();
    for (let number = 0; number < 1500; number += 1) {
      pipeline.xadd('test:many', '*', ...noteFields(number === 0 ? { event_id: 'first' } : {}));
    }
    await pipeline.exec();
    expect((await runCli(['show', 'first'], { env })).stdout).toMatch(/event_id +first/);
    expect(await runCli(['show', 'second'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/No event with the event_id second in .*many/),
    });
    expect(await runCli(['show', 'many', '1-1'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no entry 1-1/),
    });
    expect(await runCli(['show', 'mny', '1-1'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no stream test:mny/),
    });
    expect(await runCli(['show', '1-1'], { env })).toMatchObject({
      code: 2,
      stderr: 'Expected the stream of entry 1-1: events show <stream> 1-1\n',
    });
  });

  it('publishes payloads from the command line, a file and a pipe', async () => {
    await writeFile(path.join(dir, 'data.json'), '{"number": 2}');
    const publish = (args: string[], input = '') => runCli(['publish', 'made', ...args], { env, input, cwd: dir });
    expect(await publish(['note_taken'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no stream test:made\. .*Create it with --create/),
    });
    const first = await publish([
      'note_taken',
      '--create',
      '--data',
      '{"number": 1}',
      '--key',
      'k',
      '--correlation-id',
      'c',
    ]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+-\d+\n$/), stderr: '' });
    expect((await publish(['note_taken', '--data', '@data.json'])).code).toBe(0);
    const [row] = (await publish(['note_taken', '--data', '-', '--json'], '{"number": 3}')).rows();
    expect(row).toMatchObject({ stream: 'made', key: 'test:made' });

    const entries = await readEntries(redis.client, 'test:made');
    expect(entries.map(({ data }) => data)).toEqual(['{"number":1}', '{"number":2}', '{"number":3}']);
    expect(entries[0]).toMatchObject({
      event_type: 'note_taken',
      version: '1.0',
      source: 'events_cli',
      partition_key: 'k',
      correlation_id: 'c',
    });
    expect(entries[2]?.['event_id']).toBe(row?.['event_id']);
  });

  it('publishes once for an idempotency key', async () => {
    const args = ['publish', 'once', 'note_taken', '--create', '--idempotency-key', '17'];
    const first = await runCli(args, { env });
    const second = await runCli(args, { env });
    expect(second).toMatchObject({ code: 0, stdout: first.stdout });
    expect(await redis.client.xlen('test:once')).toBe(1);
  });

  it.each([
    ['data that is no JSON', ['--data', '{'], /--data to be JSON/],
    ['data that is no object', ['--data', '[1]'], /a JSON object/],
    ['a file that is not there', ['--data', '@nothing.json'], /readable/],
    ['a property that would change a prototype', ['--data', '{"__proto__": {}}'], /__proto__/],
    ['a version of another form', ['--event-version', 'one'], /^Expected --event-version as major\.minor/],
    ['a source of another form', ['--source', 'a b'], /^Expected --source as letters/],
    ['an id that is no ASCII', ['--event-id', 'é'], /--event-id as a UUID/],
    ['a correlation id that is no ASCII', ['--correlation-id', 'é'], /--correlation-id/],
    ['an empty cause', ['--causation-id', ''], /--causation-id/],
    ['an empty key', ['--key', ''], /--key as 1 to 1024 characters.*, got ""/],
    ['an empty idempotency key', ['--idempotency-key', ''], /--idempotency-key/],
  ])('publishes nothing for %s', async (_, args, message) => {
    const result = await runCli(['publish', 'wrong', 'note_taken', '--create', ...args], { env });
    expect(result).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    expect(await redis.client.exists('test:wrong')).toBe(0);
  });

  it('publishes nothing with an invalid type or stream name', async () => {
    for (const [args, message] of [
      [['wrong', 'Note Taken'], /^Expected <type> as snake_case, .*, got "Note Taken"\. See: events help publish\n$/],
      [
        ['wr ong', 'note_taken'],
        /^Expected <stream> as a lower-case name .*, got "wr ong"\. See: events help publish\n$/,
      ],
    ] as const) {
      const result = await runCli(['publish', ...args, '--create'], { env });
      expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    }
  });

  it('checks payloads by the classes of the project', async () => {
    const library = new URL('../../events/dist/index.js', import.meta.url).href;
    await writeFile(
      path.join(dir, 'events.config.mjs'),
      `export default {
        prefix: 'project',
        events: async () => {
          const { DomainEvent } = await import(${JSON.stringify(library)});
          const { IsInt } = await import(${JSON.stringify(import.meta.resolve('class-validator'))});
          class Counted {}
          IsInt()(Counted.prototype, 'number');
          const key = ({ number }) => (number === 7 ? null : 'n' + number);
          DomainEvent({ type: 'counted', version: '1.3', stream: 'counts', key })(Counted);
          class CountedAgain {}
          IsInt()(CountedAgain.prototype, 'count');
          DomainEvent({ type: 'counted', version: '2.0', stream: 'counts' })(CountedAgain);
          class Sold {}
          IsInt()(Sold.prototype, 'number');
          DomainEvent({ type: 'sold', version: '1.0', stream: 'counts', sources: ['shop'] })(Sold);
          return [Counted, CountedAgain, Sold];
        },
      };`,
    );
    const surroundings = { env: { REDIS_URL: redis.url }, cwd: dir };
    const publish = (type: string, data: string, ...more: string[]) =>
      runCli(['publish', 'counts', type, '--create', '--data', data, ...more], surroundings);
    expect(await publish('counted', '{"number": "one"}')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/number must be an integer/),
    });
    // Also when the key is given, or the class has none, and by the class of the version that is published.
    const unmet = (message: RegExp) => ({ code: 1, stderr: expect.stringMatching(message) });
    expect(await publish('counted', '{"number": "one"}', '--key', 'k')).toMatchObject(unmet(/must be an integer/));
    expect(await publish('counted', '{"number": 1}', '--event-version', '2.1')).toMatchObject(unmet(/count must be/));
    expect(await publish('counted', '{"number": 7}')).toMatchObject(unmet(/key: expected key\(\) .*, got null/));
    // As the application that publishes such events, and as no other.
    expect(await publish('sold', '{"number": 1}')).toMatchObject(unmet(/source: expected shop, got events_cli/));
    expect(await redis.client.exists('project:counts')).toBe(0);
    expect(await publish('sold', '{"number": 1}', '--source', 'shop')).toMatchObject({ code: 0, stderr: '' });
    await redis.client.del('project:counts');
    expect(await publish('counted', '{"number": 1}')).toMatchObject({ code: 0, stderr: '' });
    expect(await publish('other', '{}')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/payload was not checked/),
    });
    const [entry] = await redis.client.xrange('project:counts', '-', '+');
    expect(fieldsOf(entry?.[1] ?? [])).toMatchObject({ version: '1.3', partition_key: 'n1' });
    await rm(path.join(dir, 'events.config.mjs'));
  });

  it('escapes control characters, whatever an event contains', async () => {
    const { client } = redis;
    const fields = noteFields({
      event_type: HOSTILE,
      correlation_id: HOSTILE,
      data: JSON.stringify({ [HOSTILE]: HOSTILE }),
    });
    const id = (await client.xadd('hostile:notes', '*', ...fields)) ?? '';
    await client.xadd('hostile:notes', '*', HOSTILE, HOSTILE);
    const deadLetter = await client.xadd(
      'hostile:notes:dead-letters',
      '*',
      ...['entry_id', id, 'group', HOSTILE, 'handler', HOSTILE, 'reason', HOSTILE, 'error_name', HOSTILE],
      ...[
        'error_message',
        HOSTILE,
        'error_stack',
        HOSTILE,
        ...fields.map((field, index) => (index % 2 ? field : `entry.${field}`)),
      ],
    );
    await client.xgroup('CREATE', 'hostile:notes', HOSTILE, '0');
    await client.xreadgroup('GROUP', HOSTILE, HOSTILE, 'COUNT', 1, 'STREAMS', 'hostile:notes', '>');
    for (const args of [
      ['tail', '--no-follow'],
      ['show', 'notes', id],
      ['groups', '--consumers'],
      ['lag'],
      ['monitor', '--once', '--interval', '100ms'],
      ['dead-letters', 'list'],
      ['dead-letters', 'show', 'notes', deadLetter ?? ''],
      ['dead-letters', 'replay', 'notes', '--all'],
    ]) {
      for (const json of [[], ['--json']]) {
        const { stdout, stderr } = await runCli([...args, ...json, '--prefix', 'hostile'], { env });
        expect(stdout + stderr, args.join(' ')).toContain('owned');
        expect(stdout + stderr, args.join(' ')).not.toMatch(OBEYED);
      }
    }
    const [row] = (await runCli(['show', 'notes', id, '--prefix', 'hostile', '--json'], { env })).rows();
    expect(row).toMatchObject({ event: { event_type: HOSTILE, data: { [HOSTILE]: HOSTILE } } });
  });
});
