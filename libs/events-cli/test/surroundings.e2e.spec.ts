import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freshRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.js';
import { runCli } from './command-line.js';

/** Nothing listens there. */
const NOWHERE = 'redis://:geheim@127.0.0.1:1';

describe('the command line', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'events-project-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('lists and explains its commands', async () => {
    const { code, stdout } = await runCli(['help']);
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toContain(`  ${name} `);
    expect((await runCli(['--help'])).stdout).toBe(stdout);
    expect(await runCli([])).toMatchObject({ code: 2, stdout: '', stderr: stdout });
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await runCli(['lag', '--help'])).stdout).toBe((await runCli(['help', 'lag'])).stdout);
    expect((await runCli(['help', 'dead-letters'])).stdout).toMatch(/dead-letters list[^]*dead-letters discard/);
  });

  it.each([
    [['monitr'], /Expected a command \(monitor, .*"monitr"/],
    [
      ['lag', '--max', '3', '--prefix', 'a'],
      /events lag: expected --group, --max-events, .*; got --max\. See: events help lag/,
    ],
    [['lag', '--max-events'], /events lag: expected --max-events <n>, got no value\. See: events help lag/],
    [['lag', '--max-events', '--json'], /expected --max-events <n>, got the option --json; .*--max-events=--json/],
    [['lag', '--json=yes'], /expected --json without a value, got "yes"\./],
    [
      ['dead-letters'],
      /Expected events dead-letters list, .*; got events dead-letters\. See: events help dead-letters/,
    ],
    [['dead-letters', 'lst'], /got events dead-letters lst\. See: events help dead-letters/],
    [['help', 'monitr'], /Expected a command \(monitor, .*"monitr"/],
    [['show', '--prefix', 'a'], /Expected: events show <stream> <id>/],
    [['lag'], /--prefix or EVENTS_PREFIX/],
    [['lag', '--prefix', 'a b'], /Expected --prefix as /],
    [['lag', '--prefix', 'a', '--url', 'http://:geheim@host'], /Expected --url \(or REDIS_URL\) as a URL/],
    [['lag', '--prefix', 'a', '--url', 'redis://:geheim%@host'], /%25/],
    [['tail', '--from', 'start', '-n', '3', '--prefix', 'a', '--url', NOWHERE], /ECONNREFUSED/],
  ])('refuses %j', async (args, message) => {
    const result = await runCli(args);
    expect(result).toMatchObject({ stdout: '', stderr: expect.stringMatching(message) });
    expect(result.code).toBe(String(message).includes('ECONNREFUSED') ? 3 : 2);
    expect(result.stderr).not.toContain('geheim');
  });

  it('prints the rules of Redis users without Redis', async () => {
    const acl = (...args: string[]) => runCli(['acl', '--prefix', 'shop', '--url', NOWHERE, ...args]);
    const { code, stdout, stderr } = await acl('--for', 'producer', '--publishes', 'orders,bills');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^resetkeys resetchannels -@all .*\+evalsha.* ~shop:bills .*\(-@all .*~shop:orders.*\)\n$/);
    const [row] = (await acl('--for', 'viewer', '--json')).rows();
    expect(row).toMatchObject({ role: 'viewer', rules: expect.arrayContaining(['+scan']) });
    for (const [args, message] of [
      [['--for', 'admin'], 'Expected --for as one of producer, worker, viewer, operator, got "admin"'],
      [['--for', 'producer'], 'Expected --publishes for a producer, got nothing. See: events help acl'],
      [['--for', 'viewer', '--streams', 'a,*'], 'Expected --streams of letters, digits, "_", "." and "-", got "*"'],
    ] as const) {
      const refused = await acl(...args);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(message);
    }
  });

  it('exits with 3 if Redis refuses the login, and shows no password', async () => {
    await using redis = await freshRedis({ args: ['--user', 'ada', 'on', '>geheim', '~*', '+@all'] });
    const url = (password: string): string => redis.url.replace('redis://', `redis://ada:${password}@`);
    const refused = await runCli(['lag', '--prefix', 'a', '--url', url('falsch')]);
    expect(refused).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/WRONGPASS/) });
    expect(refused.stderr).not.toContain('falsch');
    const admitted = await runCli([
      'monitor',
      '--once',
      '--interval',
      '100ms',
      '--prefix',
      'a',
      '--url',
      url('geheim'),
    ]);
    expect(admitted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^a on 127/) });
    expect(admitted.stdout).not.toContain('geheim');
  });

  it('runs the commands of a project, with their arguments, address and exit code', async () => {
    const script = `console.log(JSON.stringify([process.argv.slice(2), process.env.REDIS_URL, process.env.EVENTS_PREFIX]));
      process.exitCode = 7;`;
    await writeFile(path.join(dir, 'audit.mjs'), script);
    await writeFile(
      path.join(dir, 'events.config.mjs'),
      `export default { commands: { audit: { summary: 'the books', script: 'audit.mjs' } } };`,
    );
    const below = path.join(dir, 'below');
    await mkdir(below);
    expect((await runCli(['help'], { cwd: below })).stdout).toMatch(/Commands of this project[^]*audit +the books/);
    const args = ['audit', '--wait', '60s', '--url', 'redis://there', '--prefix=shop', '--json'];
    const { code, stdout } = await runCli(args, { cwd: below });
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toEqual([['--wait', '60s', '--json'], 'redis://there', 'shop']);
    expect(await runCli(['constructor'], { cwd: below })).toMatchObject({ code: 2 });
  });

  it('says what is wrong with the configuration of a project', async () => {
    const broken = path.join(dir, 'broken');
    await mkdir(broken);
    await writeFile(path.join(broken, 'events.config.mjs'), 'export const prefix = 1;');
    expect(await runCli(['lag'], { cwd: broken })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /events\.config\.mjs to export a configuration: its default export is not an object/,
      ),
    });
  });
});
