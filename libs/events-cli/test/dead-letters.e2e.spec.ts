import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields, readEntries } from '../../events/test/entries.js';
import { runCli, type CliResult } from './command-line.js';

interface DeadLetter {
  number: number;
  group?: string;
  error?: string;
}

describe('dead letters by the command line', () => {
  let redis: TestRedis;
  let env: Record<string, string>;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  /** Puts dead letters there as workers do. @returns their ids */
  async function give(prefix: string, deadLetters: DeadLetter[]): Promise<string[]> {
    env = { REDIS_URL: redis.url, EVENTS_PREFIX: prefix };
    const ids: string[] = [];
    for (const { number, group = 'testers', error = 'TypeError' } of deadLetters) {
      const fields = noteFields({ data: JSON.stringify({ topic: 'a', number }) });
      const entryId = (await redis.client.xadd(`${prefix}:notes`, '*', ...fields)) ?? '';
      const about = {
        stream: `${prefix}:notes`,
        entry_id: entryId,
        group,
        handler: 'Notes.onNote',
        reason: 'exhausted',
      };
      const failure = {
        attempts: '5',
        error_name: error,
        error_message: 'no',
        error_stack: `${error}: no\n    at here`,
      };
      const original = fields.map((field, index) => (index % 2 === 0 ? `entry.${field}` : field));
      const told = Object.entries({ ...about, ...failure }).flat();
      ids.push((await redis.client.xadd(`${prefix}:notes:dead-letters`, '*', ...told, ...original)) ?? '');
    }
    return ids;
  }

  const cli = (...args: string[]): Promise<CliResult> => runCli(['dead-letters', ...args], { env });
  const answering = (input: string, ...args: string[]): Promise<CliResult> =>
    runCli(['dead-letters', ...args], { env, input });
  const left = (prefix: string): Promise<number> => redis.client.xlen(`${prefix}:notes:dead-letters`);
  const replayed = async (prefix: string, group = 'testers') =>
    (await readEntries(redis.client, `${prefix}:notes:${group}:replays`)).map(
      ({ data }) => (JSON.parse(data ?? '') as { number: number }).number,
    );

  it('lists and shows them', async () => {
    const [id = '', other] = await give('listed', [{ number: 1 }, { number: 2, group: 'others', error: 'RangeError' }]);
    const { code, stdout } = await cli('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^notes +\S+ +note_taken +testers +Notes\.onNote +exhausted +5 +TypeError: no$/m);
    const idsOf = async (...args: string[]) => (await cli('list', '--json', ...args)).rows().map((row) => row['id']);
    expect(await idsOf()).toEqual([id, other]);
    expect(await idsOf('notes', '--error', 'RangeError')).toEqual([other]);
    expect(await idsOf('--group', 'testers', '--reason', 'exhausted', '--type', 'note_taken')).toEqual([id]);
    expect(await idsOf('--handler', 'Other.on')).toEqual([]);
    expect((await cli('list', '--handler', 'Other.on')).stdout).toBe('No dead letters.\n');
    expect(await cli('list', '--limit', '1')).toMatchObject({
      stderr: expect.stringMatching(/more than 1 dead letter/),
    });
    expect((await cli('list', '--reason', 'bad luck')).code).toBe(2);

    const shown = await cli('show', 'notes', id);
    expect(shown.stdout).toMatch(/ handler +Notes\.onNote\n[^]*at here\n[^]*"number": 1/);
    expect((await cli('show', 'notes', id, '--json')).rows()).toMatchObject([{ id, event: { data: { number: 1 } } }]);
    expect((await cli('show', 'notes', '1-1')).code).toBe(1);
  });

  it('says what will happen, and asks first', async () => {
    const [id = ''] = await give('asked', [{ number: 1 }, { number: 2, error: 'RangeError' }]);
    for (const input of ['', 'n\n', '\n']) {
      const { code, stdout, stderr } = await answering(input, 'replay', 'notes', '--all');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /2 dead letters of asked:notes:dead-letters:\n +1 {2}note_taken given up by testers Notes\.onNote, TypeError\n/,
      );
      expect(stderr).toMatch(/delivered again[^]*Go on\? \[y\/N\] [^]*Nothing was done\./);
    }
    expect(await left('asked')).toBe(2);
    expect(await answering('y\n', 'replay', 'notes', id)).toMatchObject({
      code: 0,
      stdout: '1 dead letter replayed.\n',
    });
    expect(await answering('yes\n', 'discard', 'notes', '--all')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 .* discarded/),
    });
    expect(await left('asked')).toBe(0);
    expect(await replayed('asked')).toEqual([1]);
  });

  it('replays by filter, in the order of the originals, and records who and why', async () => {
    await give('filtered', [{ number: 1 }, { number: 2, group: 'others' }, { number: 3 }]);
    const { code } = await cli('replay', 'notes', '--group', 'testers', '--yes', '--by', 'ada', '--why', 'it is back');
    expect(code).toBe(0);
    expect(await replayed('filtered')).toEqual([1, 3]);
    expect(await left('filtered')).toBe(1);
    const [entry] = await readEntries(redis.client, 'filtered:notes:dead-letters:history');
    expect(entry).toMatchObject({ action: 'replayed', by: 'ada', why: 'it is back', group: 'testers' });
    expect((await cli('replay', 'notes', '--group', 'testers', '--yes')).code).toBe(1);
  });

  it('replays one with another payload', async () => {
    const [id = ''] = await give('edited', [{ number: 1 }]);
    const args = ['replay', 'notes', id, '--data', '{"topic":"a","number":7}', '--yes', '--json'];
    const result = await cli(...args);
    expect(result).toMatchObject({ code: 0, stderr: '1 dead letter replayed.\n' });
    expect(result.rows()).toMatchObject([
      { stream: 'notes', id, action: 'replayed', replayId: expect.stringMatching(/^\d+-\d+$/) },
    ]);
    expect(await replayed('edited')).toEqual([7]);
    expect((await cli('replay', 'notes', '--all', '--data', '{}', '--yes')).code).toBe(2);
  });

  it('discards several', async () => {
    await give(
      'many',
      Array.from({ length: 250 }, (_, number) => ({ number })),
    );
    const result = await cli('discard', 'notes', '--all', '--yes', '--json');
    expect(result.code).toBe(0);
    expect(result.rows()).toHaveLength(250);
    expect(await left('many')).toBe(0);
    await eventually('it is in the history', () => redis.client.xlen('many:notes:dead-letters:history'));
  });

  it.each([
    ['nothing that says which', ['replay', 'notes', '--yes'], 2],
    ['ids and a filter', ['replay', 'notes', '1-1', '--group', 'a'], 2],
    ['what is no id', ['discard', 'notes', 'first', '--yes'], 2],
    ['one that is gone', ['discard', 'notes', '1-1', '--yes'], 1],
    ['a stream that is not there', ['discard', 'notse', '--all', '--yes'], 1],
    ['no command at all', [], 2],
  ])('does nothing for %s', async (_, args, code) => {
    await give('nothing', [{ number: 1 }]);
    const before = await left('nothing');
    expect((await cli(...args)).code).toBe(code);
    expect(await left('nothing')).toBe(before);
  });
});
