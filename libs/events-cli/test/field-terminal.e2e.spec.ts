import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from '../../events/test/entries.js';
import { runCli } from './command-line.js';

const BIN = fileURLToPath(new URL('../bin/events.mjs', import.meta.url));

/** Far less than what the streams of these tests hold. */
const SMALL_HEAP = '--max-old-space-size=100';

describe('the command line', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const env = (prefix: string) => ({ REDIS_URL: redis.url, EVENTS_PREFIX: prefix, NODE_OPTIONS: SMALL_HEAP });

  it('reads streams of large events with little memory', async () => {
    const ids: string[] = [];
    const data = JSON.stringify({ topic: 'large', number: 0, text: 'x'.repeat(1_000_000) });
    for (let number = 0; number < 250; number += 1) {
      const fields = noteFields({ data, event_id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` });
      ids.push((await redis.client.xadd('large:notes', '*', ...fields)) ?? '');
    }
    const surroundings = { env: env('large') };
    const shown = await runCli(['show', '00000000-0000-4000-8000-000000000000', '--json'], surroundings);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.rows()).toMatchObject([{ id: ids[0] }]);
    const none = ['--type', 'none_such', '--no-follow'];
    expect(await runCli(['tail', 'notes', ...none], surroundings)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const all = await runCli(['tail', 'notes', ...none, '--from', 'start'], surroundings);
    expect(all).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const latest = await runCli(['tail', 'notes', '--no-follow', '-n', '3', '--json'], surroundings);
    expect(latest).toMatchObject({ code: 0, stderr: '' });
    expect(latest.rows().map(({ id }) => id)).toEqual(ids.slice(-3));
  });

  it('lists and replays large dead letters with little memory', async () => {
    const id = await redis.client.xadd('dead:notes', '*', ...noteFields());
    await redis.client.xgroup('CREATE', 'dead:notes', 'testers', '$');
    const large = 'x'.repeat(1_000_000);
    const deadLetter = (entryId: string) => ['stream', 'dead:notes', 'entry_id', entryId, 'group', 'testers', 'handler', 'h', 'reason', 'exhausted', 'attempts', '5', 'error_name', 'Error', 'entry.data', large]; // prettier-ignore
    for (let number = 0; number < 125; number += 1) {
      await redis.client.xadd('dead:notes:dead-letters', '*', ...deadLetter('1-0'));
      await redis.client.xadd(
        'dead:notes:testers:replays',
        '*',
        'replay_id',
        '1-0',
        'replay_handler',
        'h',
        'data',
        large,
      );
    }
    const last = await redis.client.xadd('dead:notes:dead-letters', '*', ...deadLetter(id ?? ''));
    const shown = await runCli(['show', 'notes', id ?? '', '--json'], { env: env('dead') });
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.rows()).toMatchObject([{ groups: [{ state: 'dead-lettered', deadLetters: [{ id: last }] }] }]);
  });

  it('shows an entry whose id is not a time', async () => {
    await redis.client.xadd('odd:notes', '9999999999999999-1', ...noteFields());
    const { stdout, stderr, code } = await runCli(['tail', '--no-follow'], { env: env('odd') });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^--:--:--\.--- {2}notes {2}9999999999999999-1 /);
  });

  it('reads a date, and a time without a zone, in the time zone of this machine, in which it shows times', async () => {
    const midnight = new Date(2026, 2, 4).getTime();
    for (const ms of [midnight - 1, midnight, midnight + 3_600_000]) {
      await redis.client.xadd('zones:notes', `${String(ms)}-0`, ...noteFields());
    }
    const countSince = async (from: string, TZ: string): Promise<number> => {
      const args = ['tail', '--no-follow', '--json', '--from', from];
      return (await runCli(args, { env: { ...env('zones'), TZ } })).rows().length;
    };
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(await countSince('2026-03-04', own)).toBe(2);
    expect(await countSince('2026-03-04T01:00', own)).toBe(1);
    const utcMidnight = Date.UTC(2026, 2, 4);
    await redis.client.del('zones:notes');
    for (const hours of [0, 6]) {
      await redis.client.xadd('zones:notes', `${String(utcMidnight + hours * 3_600_000)}-0`, ...noteFields());
    }
    // Midnight in New York is 5:00 by UTC.
    expect(await countSince('2026-03-04', 'America/New_York')).toBe(1);
    expect(await countSince('2026-03-04', 'UTC')).toBe(2);
    expect(await countSince('2026-03-04T05:00:00Z', 'America/New_York')).toBe(1);
  });

  it('says that its results could not be written, and exits with an error', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, 'help'], { stdio: ['ignore', full, 'pipe'] });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    closeSync(full);
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringMatching(/^The results could not be written: ENOSPC.*\n$/),
    });
  });
});
