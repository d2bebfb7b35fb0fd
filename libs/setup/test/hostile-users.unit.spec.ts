import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passwordVariableOf, setUp, TOKEN_READERS, USERS } from '../src/index.js';
import { run } from '../src/cli.js';
import { SecretFolder } from '../src/folder.js';

const GIVEN = 'a-password-of-somebody-else';

describe('the setup of users', () => {
  let parent: string;
  let out: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'setup-'));
    out = join(parent, 'secrets');
  });
  afterEach(() => rm(parent, { recursive: true }));

  const secretOf = async (name: string) => (await readFile(join(out, name), 'utf8')).trimEnd();
  const acl = () => readFile(join(out, 'redis/users.acl'), 'utf8');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const passwords = () => Promise.all(USERS.map((user) => secretOf(`${user}/redis-password`)));
  const tokens = () => Promise.all(TOKEN_READERS.map((reader) => secretOf(`${reader}/operator-token`)));
  /** The content of all files, and when each was written. */
  const everything = async () => {
    const names = (await readdir(out, { recursive: true })).sort();
    return Promise.all(
      names.map(async (name) => {
        const { mtimeMs, ino, mode } = await lstat(join(out, name));
        return [name, ino, mode, mtimeMs];
      }),
    );
  };
  const result = async (environment: Readonly<Record<string, string>> = {}) =>
    (await setUp({ out, environment })).filter((file) => file.result !== 'unchanged').map(({ name }) => name);

  it('creates a password for each user, their ACL file, and one token for all who need it', async () => {
    const files = await setUp({ out, environment: {} });
    expect(files.every((file) => file.result === 'created')).toBe(true);
    const all = await passwords();
    expect(new Set(all).size).toBe(USERS.length);
    for (const password of all) expect(password).toMatch(/^[\w-]{43}$/);
    expect(new Set(await tokens()).size).toBe(1);
    const lines = (await acl()).trimEnd().split('\n');
    expect(lines[0]).toBe('user default reset off ~* &* +@all');
    expect(lines.slice(1).map((line) => line.split(' ', 5).join(' '))).toEqual(
      USERS.map((user, index) => `user ${user} reset on #${sha256(all[index] ?? '')}`),
    );
    expect(all.some((password) => lines.join().includes(password))).toBe(false);
  });

  it('makes files readable only to those who need them, with any umask', async () => {
    const before = process.umask(0);
    try {
      await setUp({ out, environment: {} });
    } finally {
      process.umask(before);
    }
    const modeOf = async (name: string) => ((await stat(join(out, name))).mode & 0o777).toString(8);
    expect(await modeOf('order-service')).toBe('700');
    for (const name of await readdir(join(out, 'order-service')))
      expect(await modeOf(`order-service/${name}`)).toBe('600');
    for (const name of ['redis', 'inspector']) expect(await modeOf(name)).toBe('750');
    for (const name of ['redis/users.acl', 'inspector/redis-password']) expect(await modeOf(name)).toBe('640');
  });

  it('changes nothing if it is run again, and then needs no write permission', async () => {
    await setUp({ out, environment: {} });
    const before = await everything();
    expect(await result()).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('completes an interrupted run', async () => {
    await setUp({ out, environment: {} });
    const names = (await setUp({ out, environment: {} })).map(({ name }) => name);
    // An interrupted run has created the first files.
    for (let made = 0; made <= names.length; made += 1) {
      const left = await Promise.all(names.slice(0, made).map((name) => readFile(join(out, name), 'utf8')));
      for (const name of names.slice(made)) await rm(join(out, name));
      expect(await result()).toEqual(names.slice(made));
      expect(await Promise.all(names.slice(0, made).map((name) => readFile(join(out, name), 'utf8')))).toEqual(left);
      expect(new Set(await tokens()).size).toBe(1);
      const file = await acl();
      for (const password of await passwords()) expect(file).toContain(`#${sha256(password)} `);
    }
  });

  it('creates each file once if several processes run at once', async () => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => setUp({ out, environment: {} })));
    for (const user of USERS) {
      const makers = runs
        .flat()
        .filter(({ name, result: how }) => name === `${user}/redis-password` && how === 'created');
      expect(makers).toHaveLength(1);
    }
    const file = await acl();
    for (const password of await passwords()) expect(file).toContain(`#${sha256(password)} `);
    expect(new Set(await tokens()).size).toBe(1);
    expect((await readdir(out, { recursive: true })).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('leaves no incomplete file if it is killed', async () => {
    await mkdir(out);
    const folder = new SecretFolder(out);
    const script = `
      import { SecretFolder } from ${JSON.stringify(new URL('../dist/folder.js', import.meta.url).href)};
      const folder = new SecretFolder(${JSON.stringify(out)});
      process.send('ready');
      for (let number = 0; ; number += 1) await folder.replace('a/secret', 'x'.repeat(100_000), { byGroup: false });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('message', resolve));
    let looks = 0;
    while (looks < 50) {
      const content = await folder.read('a/secret');
      if (content === undefined) continue;
      expect(content).toHaveLength(100_000);
      looks += 1;
    }
    child.kill('SIGKILL');
    await ended;
    expect(await folder.read('a/secret')).toHaveLength(100_000);
  });

  it('uses secrets that are given by value or as a file, and replaces existing ones', async () => {
    await setUp({ out, environment: {} });
    const [, payment] = await passwords();
    await writeFile(join(parent, 'token'), `${GIVEN}-token\r\n`);
    const environment = { ORDER_SERVICE_REDIS_PASSWORD: GIVEN, OPERATOR_TOKEN_FILE: join(parent, 'token') };
    expect(await result(environment)).toEqual([
      'order-service/redis-password',
      ...TOKEN_READERS.map((reader) => `${reader}/operator-token`),
      'redis/users.acl',
    ]);
    expect(await secretOf('order-service/redis-password')).toBe(GIVEN);
    expect(await secretOf('payment-service/redis-password')).toBe(payment);
    expect(await acl()).toContain(`user order-service reset on #${sha256(GIVEN)} `);
    expect(await tokens()).toEqual(TOKEN_READERS.map(() => `${GIVEN}-token`));
    expect(await result()).toEqual([]);
  });

  it('completes an interrupted change of the token', async () => {
    await setUp({ out, environment: {} });
    await writeFile(join(out, 'order-service/operator-token'), `${GIVEN}-token\n`);
    expect(await result()).toEqual(TOKEN_READERS.slice(1).map((reader) => `${reader}/operator-token`));
    expect(await tokens()).toEqual(TOKEN_READERS.map(() => `${GIVEN}-token`));
  });

  it('changes the prefix and keeps the passwords', async () => {
    await setUp({ out, environment: {} });
    const before = await passwords();
    expect(await result({ EVENTS_PREFIX: 'other' })).toEqual(['redis/users.acl']);
    expect(await passwords()).toEqual(before);
    expect(await acl()).not.toMatch(/~ecommerce:/);
    expect(await acl()).toMatch(/~other:orders /);
  });

  it.each([
    ['a prefix that opens more than it names', { EVENTS_PREFIX: 'a*' }, 'EVENTS_PREFIX takes letters'],
    ['a prefix that is a rule', { EVENTS_PREFIX: 'a ~* +@all' }, 'EVENTS_PREFIX takes letters'],
    ['a short password', { CONSOLE_REDIS_PASSWORD: 'short' }, 'Expected CONSOLE_REDIS_PASSWORD of 16 to 255'],
    ['a password of two lines', { AUDIT_REDIS_PASSWORD: `${GIVEN}\nuser evil on` }, 'Expected AUDIT_REDIS_PASSWORD'],
    ['a token of spaces', { OPERATOR_TOKEN: ' '.repeat(20) }, 'Expected OPERATOR_TOKEN'],
    ['a file that is not there', { OPERATOR_TOKEN_FILE: '/not/there' }, 'OPERATOR_TOKEN_FILE, /not/there, cannot be read (ENOENT)'], // prettier-ignore
    ['a secret in both ways', { OPERATOR_TOKEN: GIVEN, OPERATOR_TOKEN_FILE: '/a' }, 'are both set'],
  ] as [string, Record<string, string>, string][])(
    'rejects %s, and creates nothing',
    async (_what, environment, message) => {
      await expect(setUp({ out, environment })).rejects.toThrow(message);
      await expect(readdir(out)).rejects.toThrow('ENOENT');
      const error: unknown = await setUp({ out, environment }).catch((thrown: unknown) => thrown);
      for (const [name, value] of Object.entries(environment)) {
        if (/(PASSWORD|TOKEN)$/.test(name)) expect(String(error)).not.toContain(value);
      }
    },
  );

  it('names a file whose content is not valid', async () => {
    await setUp({ out, environment: {} });
    await writeFile(join(out, 'audit/redis-password'), '');
    await expect(setUp({ out, environment: {} })).rejects.toThrow(`Expected ${out}/audit/redis-password of 16 to 255`);
  });

  it('says where it cannot write, and why', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(setUp({ out: join(parent, 'file'), environment: {} })).rejects.toThrow(
      /^Cannot \w+ .*\/file\S*: .+ \((ENOTDIR|EEXIST)\)$/,
    );
    await mkdir(join(out, 'order-service/redis-password'), { recursive: true });
    await expect(setUp({ out, environment: {} })).rejects.toThrow(/redis-password: it is a folder \(EISDIR\)$/);
    const notMine = '/proc/setup';
    await expect(setUp({ out: notMine, environment: {} })).rejects.toThrow(/^Cannot create \/proc\/setup\S*: .+ \((ENOENT|EACCES|EPERM)\)$/); // prettier-ignore
  });

  describe('as a program', () => {
    const call = async (argv: string[], env: Record<string, string> = {}) => {
      const output = { stdout: '', stderr: '' };
      const code = await run({
        argv,
        env,
        stdout: { write: (text: string) => (output.stdout += text) },
        stderr: { write: (text: string) => (output.stderr += text) },
      });
      return { code, ...output };
    };

    it('prints the files, but never a secret', async () => {
      const first = await call(['--out', out], { [passwordVariableOf('viewer')]: GIVEN });
      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(first.stdout).toContain(`created    ${out}/redis/users.acl\n`);
      for (const secret of [...(await passwords()), ...(await tokens())]) expect(first.stdout).not.toContain(secret);
      const second = await call(['--out', out]);
      expect(second.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('unchanged'))).toEqual([]);
    });

    it.each([
      [[], 'Expected --out'],
      [['--out', 'a', '--redis-group', 'redis'], 'Expected --redis-group as the id of a group, a number, got "redis"'],
      [['--in', 'a'], "Unknown option '--in'"],
    ] as [string[], string][])('rejects %j with exit code 2', async (argv, message) => {
      expect(await call(argv)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
    });

    it('exits with 1 and one line if it fails', async () => {
      await writeFile(join(parent, 'file'), '');
      const { code, stderr } = await call(['--out', join(parent, 'file')]);
      expect(code).toBe(1);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      await chmod(parent, 0o755);
    });
  });
});
