import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  appendHostile,
  eventFields,
  freshRedis,
  hostileEntries,
  hostileDeadLetters,
  nested,
  type TestRedis,
} from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, type CliResult } from './command-line.js';

const ENTRIES = hostileEntries();
const DEAD_LETTERS = hostileDeadLetters('mail:notes');
/** What an entry comes to for people at most, in characters: some fields of it, and the beginning of each. */
const LARGEST_SHOWN = 5_000_000;
/** What a terminal would obey. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

let redis: TestRedis;
let folder: string;
const ids = new Map<string, string>();
const deadLetterIds = new Map<string, string>();

beforeAll(async () => {
  redis = await freshRedis();
  folder = await mkdtemp(path.join(os.tmpdir(), 'hostile-'));
  for (const { what, fields } of ENTRIES) ids.set(what, await appendHostile(redis.client, 'mail:notes', fields));
  for (const { what, fields } of DEAD_LETTERS)
    deadLetterIds.set(what, await appendHostile(redis.client, 'mail:notes:dead-letters', fields));
  const deep = ['stream', 'mail:notes', 'entry_id', '1-1', 'group', 'testers', 'handler', 'h', 'reason', 'exhausted'];
  for (const [what, more] of [
    [
      '6,000 levels',
      eventFields({ data: nested(6000) }).map((text, place) => (place % 2 ? text : `entry.${String(text)}`)),
    ],
    ['65,000 fields', ['entry_json', JSON.stringify(ENTRIES[0]?.fields)]],
    ['20 MB', ['entry.data', JSON.stringify({ text: 'x'.repeat(20_000_000) })]],
  ] as const) {
    deadLetterIds.set(what, await appendHostile(redis.client, 'mail:notes:dead-letters', [...deep, ...more]));
  }
  for (const group of ['testers', '__proto__', 'constructor', 'g'.repeat(100_000)])
    await redis.client.xgroup('CREATE', 'mail:notes', group, '0');
}, 60_000);
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

function events(...args: string[]): Promise<CliResult> {
  // A machine of little memory: what one entry costs is bounded.
  const env = { REDIS_URL: redis.url, EVENTS_PREFIX: 'mail', NODE_OPTIONS: '--max-old-space-size=256' };
  return runCli(args, { env });
}

/** It has done what it was asked, and written nothing but text. */
function expectWell({ code, stdout, stderr }: CliResult, what: string): void {
  expect({ what, code, stderr }).toEqual({ what, code: 0, stderr: '' });
  expect(OBEYED.test(stdout)).toBe(false);
}

describe('the command line on a stream of hostile entries', { timeout: 180_000 }, () => {
  it('tails them, one line for each', async () => {
    const args = ['tail', 'notes', '--from', 'start', '--no-follow'];
    const result = await events(...args);
    expectWell(result, 'tail');
    expect(result.stdout.split('\n').filter(Boolean)).toHaveLength(ENTRIES.length);
    const json = await events(...args, '--json');
    expectWell(json, 'tail --json');
    expect(json.rows<{ id: string }>().map(({ id }) => id)).toEqual([...ids.values()]);
  });

  it('shows each of them: shortened for people, whole for programs', async () => {
    for (const [what, said] of [
      ['an event of 65,000 fields', 'more fields'],
      ['6,000 levels', '6,000 levels'],
      ['100,000 levels', '100,001 levels'],
      ['a payload of 20 MB', 'shortened'],
      ['ids of 2 MB', 'characters)'],
    ] as const) {
      const id = ids.get(what) ?? '';
      const shown = await events('show', 'notes', id);
      expectWell(shown, what);
      expect(shown.stdout).toContain(said);
      expect(shown.stdout.length).toBeLessThan(LARGEST_SHOWN);
      const json = await events('show', 'notes', id, '--json');
      expectWell(json, what);
      expect(json.rows<{ id: string }>()[0]?.id).toBe(id);
    }
  });

  it('shows groups, whatever their names are', async () => {
    for (const args of [
      ['groups', '--consumers'],
      ['monitor', '--once', '--interval', '100ms'],
    ]) {
      for (const more of [[], ['--json']]) {
        const result = await events(...args, ...more);
        expectWell(result, args.join(' '));
        expect(result.stdout).toContain('__proto__');
        if (more.length === 0)
          expect(Math.max(...result.stdout.split('\n').map((line) => line.length))).toBeLessThan(2000);
      }
    }
  });

  it('lists and shows dead letters', async () => {
    expectWell(await events('dead-letters', 'list'), 'list');
    const list = await events('dead-letters', 'list', '--json');
    expect(list.rows<{ id: string }>().map(({ id }) => id)).toEqual([...deadLetterIds.values()]);
    for (const what of ['6,000 levels', '65,000 fields', 'an error of 5 MB', 'a stack of a million lines']) {
      const id = deadLetterIds.get(what) ?? '';
      const shown = await events('dead-letters', 'show', 'notes', id);
      expectWell(shown, what);
      expect(shown.stdout.length).toBeLessThan(LARGEST_SHOWN);
    }
  });

  it('replays what can be replayed, says what cannot, and discards everything', async () => {
    const replayed = await events('dead-letters', 'replay', 'notes', '--all', '--yes', '--json');
    const rows = replayed.rows<{ id: string; action: string; error?: string }>();
    expect(rows.map(({ id }) => id).toSorted()).toEqual([...deadLetterIds.values()].toSorted());
    const left = rows.filter(({ action }) => action === 'none');
    for (const { error } of left) expect(error).toMatch(/too many fields|does not say which entry/);
    const names = [...deadLetterIds].filter(([, id]) => left.some((row) => row.id === id)).map(([what]) => what);
    expect(names.toSorted()).toEqual(['65,000 fields', 'an invalid entry id', 'no field of a dead letter', 'no group']);
    expect(replayed.code).toBe(1);
    expect(await redis.client.xlen('mail:notes:dead-letters')).toBe(left.length);
    expectWell(await events('dead-letters', 'discard', 'notes', '--all', '--yes'), 'discard');
    expect(await redis.client.xlen('mail:notes:dead-letters')).toBe(0);
  });

  it('refuses to publish what nobody could read, and says why', async () => {
    for (const [what, data] of [
      ['6,000 levels', nested(6000)],
      ['20 MB', JSON.stringify({ text: 'x'.repeat(20_000_000) })],
      ['no JSON', '{"a":'.repeat(100_000)],
    ] as const) {
      const file = path.join(folder, 'payload.json');
      await writeFile(file, data);
      const { code, stderr, stdout } = await events('publish', 'notes', 'note_taken', '--data', `@${file}`);
      expect({ what, code, stdout }).toEqual({ what, code: 2, stdout: '' });
      expect(stderr).toMatch(/^(note_taken cannot be published|Expected --data)/);
      expect(stderr.length).toBeLessThan(1000);
    }
    expect(await redis.client.xlen('mail:notes')).toBe(ENTRIES.length);
  });
});
