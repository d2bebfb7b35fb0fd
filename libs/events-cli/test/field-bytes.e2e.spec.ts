import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { DeadLetters } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from '../../events/test/entries.js';
import { noteHandler } from '../../events/test/handlers.js';
import { startWorker } from '../../events/test/worker.js';
import { runCli } from './command-line.js';

/** A payload with a byte that is no UTF-8. */
const DATA = Buffer.from('{"topic":"a\xff","number":1}', 'latin1');

describe('bytes that are not UTF-8', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('are shown by show, tail and dead-letters show, and printed whole in JSON', async () => {
    const env = { REDIS_URL: redis.url, EVENTS_PREFIX: 'test' };
    await using worker = await startWorker(redis.url, {}, [noteHandler(() => undefined)]);
    const id = (await redis.client.xadd('test:notes', '*', ...noteFields({ data: '' }).slice(0, -1), DATA)) ?? '';
    const [deadLetter] = await eventually('it is a dead letter', async () => {
      const found = await worker.app.get(DeadLetters).list('notes');
      return found.length === 1 && found;
    });
    const shown = '{"topic":"a\\xff","number":1}';
    const { stdout } = await runCli(['show', 'notes', id], { env });
    expect(stdout).toContain('This is not an event. Expected data as UTF-8, got \\xff at byte 11');
    expect(stdout).toContain(shown);
    expect((await runCli(['tail', 'notes', '--no-follow'], { env })).stdout).toContain(`data=${shown}`);
    expect((await runCli(['dead-letters', 'show', 'notes', deadLetter?.id ?? ''], { env })).stdout).toContain(shown);
    for (const command of [
      ['show', 'notes', id],
      ['tail', 'notes', '--no-follow'],
      ['dead-letters', 'list', 'notes'],
    ]) {
      const [row] = (await runCli([...command, '--json'], { env })).rows<{ bytes: string[] }>();
      expect(Buffer.from(row?.bytes.at(-1) ?? '', 'base64')).toEqual(DATA);
    }
  });
});
