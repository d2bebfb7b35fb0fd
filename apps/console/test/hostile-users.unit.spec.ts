import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attempts } from '../src/users/attempts.js';
import { hashOf, isPassword, parseHash, textOfHash, type PasswordHash } from '../src/users/password.js';
import { TaskLimiter } from '../src/users/task-limiter.js';
import { parseUsers } from '../src/users/users-file.js';
import { FORMATS } from '../src/actions/export.js';
import type { ActionEntry } from '../src/contract/actions.js';

const HASH = `scrypt$15$8$1$${'s'.repeat(22)}$${'k'.repeat(43)}`;

describe('a password', () => {
  it('is checked by its hash, which has a salt of its own and says how it was made', async () => {
    const hashes = await Promise.all([hashOf('open sesame'), hashOf('open sesame')]);
    const texts = hashes.map(textOfHash);
    expect(new Set(texts).size).toBe(2);
    expect(texts[0]).toMatch(/^scrypt\$15\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    const read = parseHash(texts[0] ?? '') as PasswordHash;
    expect(read).toEqual(hashes[0]);
    expect(await isPassword('open sesame', read)).toBe(true);
    expect(await isPassword('open sesam', read)).toBe(false);
    expect(await isPassword('', read)).toBe(false);
  });

  it('is the same in both Unicode normal forms', async () => {
    expect(await isPassword('caf\u0065\u0301 noir', await hashOf('caf\u00e9 noir'))).toBe(true);
  });
});

describe('a file of users', () => {
  it('has one user on each line, and may have comments and empty lines', () => {
    const users = parseUsers(`\uFEFF# users\r\n\r\nada:operator:${HASH}\r\n  bob@post:viewer:${HASH}  \n`);
    expect([...users.values()].map(({ name, role }) => [name, role])).toEqual([
      ['ada', 'operator'],
      ['bob@post', 'viewer'],
    ]);
  });

  it.each([
    ['nothing', '', /at least one user/],
    ['comments alone', '# ada', /at least one user/],
    ['no hash', `\nada:operator`, /^line 2: expected name:role:hash$/],
    ['a part more', `ada:operator:${HASH}:x`, /^line 1: expected name:role:hash$/],
    ['no name', `:operator:${HASH}`, /^line 1: expected a name/],
    ['a name with a line feed in its middle', `a\u202eda:operator:${HASH}`, /^line 1: expected a name/],
    ['a long name', `${'a'.repeat(65)}:operator:${HASH}`, /^line 1: expected a name/],
    ['a name twice', `ada:operator:${HASH}\n#\nada:viewer:${HASH}`, /^line 3: expected each name once, got ada again/],
    ['another role', `ada:admin:${HASH}`, /^line 1: expected the role viewer or operator/],
    ['a password as it is', 'ada:operator:geheim', /^line 1: expected a hash as/],
    ['a hash that costs nothing', `ada:operator:${HASH.replace('$15', '$1')}`, /^line 1: expected scrypt with logN/],
    [
      'a hash that costs all memory',
      `ada:operator:${HASH.replace('$15', '$30')}`,
      /^line 1: expected scrypt with logN/,
    ],
    ['a hash without a key', `ada:operator:scrypt$15$8$1$${'s'.repeat(22)}$`, /^line 1: expected a hash as/],
  ])('with %s is refused with the number of the line, and shows no hash', (_, text, message) => {
    expect(() => parseUsers(text)).toThrow(message);
    expect(() => parseUsers(text)).not.toThrow(/geheim|kkkk/);
  });

  it('is either read or refused with a UsersFileError, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        try {
          return parseUsers(text).size > 0;
        } catch (error) {
          return error instanceof Error && error.name === 'UsersFileError';
        }
      }),
    );
  });
});

describe('failed logins', () => {
  const limits = { free: 3, firstMs: 1000, maxMs: 8000 };

  it('delay the next login for longer each time, up to a limit, and are forgotten after an hour', () => {
    let nowMs = 0;
    const attempts = new Attempts(limits, () => nowMs);
    const delays = Array.from({ length: 8 }, () => attempts.fail('ada'));
    expect(delays).toEqual([0, 0, 1000, 2000, 4000, 8000, 8000, 8000]);
    expect([attempts.waitMs('ada'), attempts.waitMs('bob')]).toEqual([8000, 0]);
    nowMs += 8000;
    expect(attempts.waitMs('ada')).toBe(0);
    expect(attempts.fail('ada')).toBe(8000);
    nowMs += 3_600_000;
    expect(attempts.fail('ada')).toBe(0);
  });

  it('that were counted in advance delay from the moment of their failure', () => {
    let nowMs = 0;
    const attempts = new Attempts({ ...limits, free: 1 }, () => nowMs);
    attempts.fail('ada');
    nowMs += 900;
    attempts.confirm('ada');
    attempts.confirm('bob');
    expect([attempts.waitMs('ada'), attempts.waitMs('bob')]).toEqual([1000, 0]);
  });

  it('are taken back if the login did not fail, and forgotten when one succeeds', () => {
    const attempts = new Attempts(limits, () => 0);
    for (let number = 0; number < 3; number += 1) attempts.fail('ada');
    attempts.undo('ada');
    expect([attempts.waitMs('ada'), attempts.fail('ada')]).toEqual([0, 1000]);
    attempts.forget('ada');
    expect([attempts.waitMs('ada'), attempts.fail('ada')]).toEqual([0, 0]);
  });

  it('are remembered in bounded memory: the oldest are forgotten first', () => {
    const attempts = new Attempts({ ...limits, free: 1 }, () => 0);
    attempts.fail('first');
    for (let number = 0; number < 10_000; number += 1) attempts.fail(`name ${String(number)}`);
    expect([attempts.waitMs('first'), attempts.waitMs('name 9999')]).toEqual([0, 1000]);
  });
});

describe('the task limiter', () => {
  it('runs a limited number of tasks at once, in order, and refuses a task if too many wait', async () => {
    const turns = new TaskLimiter(2, 3);
    const [started, ends]: [number[], (() => void)[]] = [[], []];
    const works = Array.from({ length: 6 }, (_, number) =>
      turns.take(async () => {
        started.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        return number;
      }),
    );
    expect(works[5]).toBeUndefined();
    for (let number = 0; number < 5; number += 1) {
      while (ends.length <= number) await Promise.resolve();
      expect(started.length).toBeLessThanOrEqual(number + 2);
      ends[number]?.();
      expect(await works[number]).toBe(number);
    }
    expect(started).toEqual([0, 1, 2, 3, 4]);
    await turns.take(() => Promise.reject(new Error('fails')))?.catch(() => undefined);
    expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
  });
});

describe('an export of actions', () => {
  it('has one row for each action, and no cell that a spreadsheet takes for a formula', () => {
    const action: ActionEntry = {
      id: '1-0',
      atMs: 0,
      action: 'discard',
      target: '=cmd|calc',
      ids: ['1-1', '2-2'],
      count: 2,
      details: '',
      why: 'a "good" one,\nreally',
      by: '@ada',
      isVerified: true,
      role: 'operator',
      address: '127.0.0.1',
      outcome: null,
      result: '-1',
    };
    expect(FORMATS.csv.lineOf(action)).toBe(
      `1970-01-01T00:00:00.000Z,1-0,'@ada,true,operator,127.0.0.1,discard,'=cmd|calc,2,1-1 2-2,,` +
        `"a ""good"" one,\nreally",unknown,'-1\r\n`,
    );
    expect(FORMATS.csv.head.split(',')).toHaveLength(14);
    expect(JSON.parse(FORMATS.jsonl.lineOf(action))).toEqual(action);
  });
});
