import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../src/contract/session.js';
import { startConsole, type Answer, type Console } from './console.js';
import { basic, userLine, writeUsers } from './users.js';

const ADA = basic('ada:open sesame');
const BOB = basic('bob:only looking');
const EVE = basic('eve:never seen');

let redis: TestRedis;
let folder: string;
let file: string;
let lines: string[];
let site: Console;
beforeAll(async () => {
  redis = await freshRedis();
  folder = mkdtempSync(path.join(tmpdir(), 'console-users-'));
  file = path.join(folder, 'users');
  lines = [
    await userLine('ada', 'operator', 'open sesame'),
    await userLine('bob', 'viewer', 'only looking'),
    await userLine('eve', 'viewer', 'never seen'),
  ];
  await writeUsers(file, ...lines);
  site = await startConsole(redis.url, { CONSOLE_USERS_FILE: file });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const session = (headers: Record<string, string>, from?: string): Promise<Answer> =>
  site.ask('/api/session', { headers, ...(from === undefined ? {} : { from }) });
const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? '';
const logged = (text: string): boolean => site.app.output().includes(text);

describe('a logged-in user', () => {
  it('has the name and role of the users file', async () => {
    expect(JSON.parse((await session(ADA)).text) as Session).toMatchObject({
      user: { name: 'ada', role: 'operator' },
      readOnly: false,
    });
    expect(JSON.parse((await session(BOB)).text) as Session).toMatchObject({
      user: { name: 'bob', role: 'viewer' },
      readOnly: true,
    });
    for (const headers of [
      {},
      basic('ada'),
      basic(':open sesame'),
      basic('eve:open sesame'),
      basic('ada:only looking'),
    ])
      expect((await session(headers)).status).toBe(401);
  });

  it('with the role viewer may only read; refused requests are in the log', async () => {
    const { token } = JSON.parse((await session(BOB)).text) as Session;
    const headers = { ...BOB, 'X-Console-Token': token };
    const body = { action: 'discard', selection: { stream: 'orders', ids: ['1-0'] } };
    for (const where of ['dead-letters/act', 'shop/orders', 'shop/simulation', 'shop/gateway']) {
      const { problem } = await site.ask(`/api/${where}`, { method: 'POST', body, headers });
      expect(problem, where).toMatchObject({ statusCode: 403, code: 'forbidden' });
      expect(problem.message).toContain('bob is a viewer');
    }
    expect((await site.ask('/api/dead-letters/act', { method: 'POST', body, headers: ADA })).problem.code).toBe(
      'bad-token',
    );
    expect((await site.ask('/api/overview', { headers: { ...ADA, 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403);
    expect((await site.ask('/', { headers: { Host: 'evil.example' } })).status).toBe(421);
    for (const event of ['refused-role', 'bad-token', 'refused-origin', 'refused-host'])
      await eventually(event, () => logged(`"security":"${event}"`));
    expect(await redis.client.exists('ecommerce:console:actions')).toBe(0);
  });

  it('has the password hashed once for many requests', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => session(ADA, '127.0.0.3')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('guessed passwords', () => {
  it('are delayed and logged, by name and address; other users and logged-in users do not wait', async () => {
    const from = '127.0.0.4';
    const guesses = await Promise.all(
      Array.from({ length: 200 }, (_, number) => session(basic(`eve:guess ${String(number)}`), from)),
    );
    const locked = guesses.filter(({ status }) => status === 429);
    expect(locked.length).toBeGreaterThanOrEqual(185);
    for (const { problem, headers } of locked) {
      expect(problem.code).toBe('locked');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    // The right one is not tried either: what is locked tells nothing.
    expect((await session(EVE, from)).status).toBe(429);
    expect((await session(EVE, '127.0.0.5')).status).toBe(200);
    expect((await session(EVE, from)).status).toBe(200);
    expect((await session(ADA, from)).status).toBe(200);
    expect((await session(BOB, from)).status).toBe(200);
    for (const event of ['failed-login', 'lock-out']) await eventually(event, () => logged(`"security":"${event}"`));
    expect(site.app.output()).not.toMatch(/guess 1|open sesame|never seen/);
    const lines = site.app
      .output()
      .split('\n')
      .filter((line) => line.includes('"security"'));
    expect(lines.length).toBeLessThan(80);
  });

  it('for many names are delayed by address, and the names do not break the log', async () => {
    const from = '127.0.0.6';
    const names = Array.from({ length: 60 }, (_, number) => `\u001b[2J\u202e${String(number)}${'x'.repeat(3000)}`);
    const answers = await Promise.all(names.map((name) => session(basic(`${name}:x`), from)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(30);
    expect(site.app.output()).not.toMatch(/[\u001b\u202e]|x{500}/);
  });

  it('do not lock out a browser in which the user has logged in before', async () => {
    const from = '127.0.0.7';
    const first = await session(basic('bob:only looking'), from);
    expect(first.status).toBe(200);
    // Another console: this one has forgotten who was logged in, and the stranger is faster.
    await using other = await startConsole(redis.url, { CONSOLE_USERS_FILE: file });
    const known = await other.ask('/api/session', { headers: BOB, from });
    const cookie = cookieOf(known);
    expect(String(known.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict$/);
    await using fresh = await startConsole(redis.url, { CONSOLE_USERS_FILE: file });
    for (let number = 0; number < 12; number += 1)
      await fresh.ask('/api/session', { headers: basic(`bob:guess ${String(number)}`), from });
    expect((await fresh.ask('/api/session', { headers: BOB, from })).status).toBe(429);
    const forged = cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await fresh.ask('/api/session', { headers: { ...BOB, Cookie: forged }, from })).status).toBe(429);
    expect((await fresh.ask('/api/session', { headers: { ...ADA, Cookie: cookie }, from })).status).toBe(200);
    expect((await fresh.ask('/api/session', { headers: { ...BOB, Cookie: cookie }, from })).status).toBe(200);
  });

  it('are delayed, too, if name and password come from the environment', async () => {
    await using single = await startConsole(redis.url, { CONSOLE_USERNAME: 'ada', CONSOLE_PASSWORD: 'open sesame' });
    expect(JSON.parse((await single.ask('/api/session', { headers: ADA })).text)).toMatchObject({
      user: { name: 'ada', role: 'operator' },
    });
    const statuses: number[] = [];
    for (let number = 0; number < 12; number += 1)
      statuses.push((await single.ask('/api/session', { headers: basic('ada:wrong'), from: '127.0.0.8' })).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(statuses.slice(10)).toEqual([429, 429]);
  });
});

describe('the users file', () => {
  it('is read again when it changes; a broken one changes nothing, and is logged', async () => {
    const own = path.join(folder, 'changing');
    await writeUsers(own, ...lines);
    await using changing = await startConsole(redis.url, { CONSOLE_USERS_FILE: own });
    const status = async (headers: Record<string, string>) => (await changing.ask('/api/session', { headers })).status;
    expect([await status(ADA), await status(BOB)]).toEqual([200, 200]);
    using feed = changing.live('', { headers: BOB });
    await eventually('it is told', () => feed.messages.overview.length > 0);

    writeFileSync(own, `ada:operator:broken\n`);
    await eventually('it is told', () => changing.app.output().includes('line 1: expected a hash as'));
    expect([await status(ADA), await status(BOB)]).toEqual([200, 200]);

    await writeUsers(own, lines[0] ?? '', await userLine('eve', 'viewer', 'new password'));
    await eventually('bob is out', async () => (await status(BOB)) === 401);
    expect([await status(ADA), await status(basic('eve:new password'))]).toEqual([200, 200]);
    const told = feed.messages.overview.length;
    using after = changing.live('', { headers: ADA });
    await eventually('others are told', () => after.messages.overview.length >= 3);
    expect(feed.messages.overview.length).toBeLessThanOrEqual(told + 1);

    rmSync(own);
    await eventually('it is told', () => changing.app.output().includes('ENOENT'));
    expect(await status(ADA)).toBe(200);
  });

  it.each([
    ['a broken one', 'ada:operator:geheim', /CONSOLE_USERS_FILE .*line 1: expected a hash as/],
    ['one without users', '# nobody', /CONSOLE_USERS_FILE .*at least one user/],
    ['none', null, /CONSOLE_USERS_FILE .*ENOENT/],
  ])('stops the start if it is wrong: %s', async (name, text, message) => {
    const own = path.join(folder, name.replaceAll(' ', '-'));
    if (text !== null) writeFileSync(own, text);
    const { code, output } = await run('main.js', { CONSOLE_USERS_FILE: own });
    expect(code).toBe(78);
    expect(output).toMatch(message);
    expect(output).not.toContain('geheim');
  });

  it('excludes CONSOLE_USERNAME, and allows the console to listen to the network', async () => {
    const both = { CONSOLE_USERS_FILE: file, CONSOLE_USERNAME: 'ada', CONSOLE_PASSWORD: 'open sesame' };
    const { code, output } = await run('main.js', both);
    expect([code, output]).toEqual([78, expect.stringContaining('cannot be set with CONSOLE_USERNAME')]);
    await using open = await startConsole(redis.url, { CONSOLE_USERS_FILE: file, CONSOLE_HOST: '0.0.0.0' });
    expect((await open.ask('/api/session')).status).toBe(401);
  });

  it('is written by a command, which shows no password', async () => {
    const own = path.join(folder, 'made');
    const make = (args: string[], input: string) => run('users/main.js', {}, args, input);
    const printed = await make(['--name', 'ada', '--role', 'operator'], 'open sesame\n');
    expect(printed).toMatchObject({ code: 0, output: expect.stringMatching(/^ada:operator:scrypt\$15\$8\$1\$\S+\n$/) });
    writeFileSync(own, `# keep me\nada:viewer:old\n`);
    for (const name of ['ada', 'bob'])
      expect((await make(['--name', name, '--role', 'viewer', '--file', own], 'open sesame')).code).toBe(0);
    const text = await readFile(own, 'utf8');
    expect(text.split('\n').map((line) => line.split('$')[0])).toEqual([
      '# keep me',
      'ada:viewer:scrypt',
      'bob:viewer:scrypt',
      '',
    ]);
    for (const [args, input] of [
      [['--name', 'a:b', '--role', 'viewer'], 'open sesame'],
      [['--name', 'ada', '--role', 'root'], 'open sesame'],
      [['--name', 'ada', '--role', 'viewer'], 'geheim'],
      [['--name', 'ada', '--role', 'viewer', '--password', 'geheim12'], ''],
    ] as const) {
      const { code, output } = await make([...args], input);
      expect(code, args.join(' ')).toBe(64);
      expect(output).not.toContain('geheim');
    }
    await using made = await startConsole(redis.url, { CONSOLE_USERS_FILE: own });
    expect((await made.ask('/api/session', { headers: ADA })).status).toBe(200);
  });
});

/** Runs a program of the console to its end. */
async function run(
  program: string,
  environment: Record<string, string>,
  args: string[] = [],
  input = '',
): Promise<{ code: number | null; output: string }> {
  const main = new URL(`../dist/${program}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [main, ...args], {
    env: { PORT: '0', REDIS_URL: redis.url, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
