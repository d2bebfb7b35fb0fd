import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields, readEntries } from '../../events/test/entries.js';
import { runCli } from './command-line.js';

const TEXT = '{"id":73314510714175488123,"amount":1.10}';
const LOSS = 'id: 73314510714175488123 is read as 73314510714175490000';

describe('numbers of a payload', () => {
  let redis: TestRedis;
  let env: Record<string, string>;
  beforeAll(async () => {
    redis = await freshRedis();
    env = { REDIS_URL: redis.url, EVENTS_PREFIX: 'test' };
  });
  afterAll(() => redis.stop());

  it('are shown as they are written, with a list of those that parsing changes', async () => {
    const id = (await redis.client.xadd('test:notes', '*', ...noteFields({ data: TEXT }))) ?? '';
    const shown = await runCli(['show', 'notes', id], { env });
    expect(shown.stdout).toContain('    "id": 73314510714175488123,\n      "amount": 1.10\n');
    expect(shown.stdout).toContain(`not exact  ${LOSS}`);
    expect((await runCli(['show', 'notes', id, '--json'], { env })).stdout).toContain(`"data":${TEXT}`);
    const tail = ['tail', 'notes', '--no-follow'];
    expect((await runCli(tail, { env })).stdout).toContain(TEXT);
    expect((await runCli([...tail, '--json'], { env })).stdout).toContain(`"data":${TEXT}`);
  });

  it('are published as they are written, except for integers that readers would round', async () => {
    const publish = (data: string) => runCli(['publish', 'made', 'note_taken', '--create', '--data', data], { env });
    expect(await publish('{ "amount": 1.10, "part": 0.1234567890123456789 }')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('part: 0.1234567890123456789 is read as 0.12345678901234568'),
    });
    expect(await publish(TEXT)).toMatchObject({ code: 2, stderr: expect.stringContaining('73314510714175488123') });
    expect(await publish('{"constructor": 1}')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('constructor'),
    });
    const entries = await readEntries(redis.client, 'test:made');
    expect(entries.map(({ data }) => data)).toEqual(['{"amount":1.10,"part":0.1234567890123456789}']);
  });

  it('are replayed unchanged in an edited payload', async () => {
    const original = noteFields({ data: TEXT }).map((field, index) => (index % 2 === 0 ? `entry.${field}` : field));
    const about = { stream: 'test:notes', entry_id: '1-1', group: 'testers', handler: '-', reason: 'exhausted' };
    const told = Object.entries({ ...about, attempts: '1', error_name: 'E', error_message: 'no' }).flat();
    const id = (await redis.client.xadd('test:notes:dead-letters', '*', ...told, ...original)) ?? '';
    const list = await runCli(['dead-letters', 'list', 'notes', '--json'], { env });
    expect(list.stdout).toContain(`"data":${TEXT}`);
    const edited = TEXT.replace('1.10', '1.20');
    const replay = ['dead-letters', 'replay', 'notes', id, '--data', '-', '--yes'];
    expect(await runCli(replay, { env, input: edited })).toMatchObject({ code: 0 });
    const [replayed] = await readEntries(redis.client, 'test:notes:testers:replays');
    expect(replayed?.['data']).toBe(edited);
  });
});
