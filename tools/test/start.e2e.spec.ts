import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRedisAddress } from '../src/redis/address.js';
import { connectRedis } from '../src/redis/connection.js';
import { createFakeShop, type FakeShop, type ToolRun } from './fake-shop/create.js';

let shop: FakeShop;
let runs: ToolRun[];

beforeEach(async () => {
  shop = await createFakeShop();
  runs = [];
});

afterEach(async () => {
  for (const run of runs) run.child.kill('SIGKILL');
  await Promise.all(runs.map(({ ended }) => ended));
  await shop.remove();
});

function start(args: readonly string[] = [], env: Record<string, string> = {}): ToolRun {
  const run = shop.run('start', args, { SHOP_PORT_BASE: String(shop.portBase), ...env });
  runs.push(run);
  return run;
}

function url(offset: number, route = '/health'): string {
  return `http://127.0.0.1:${String(shop.portBase + offset)}${route}`;
}

/** The process id of an app, from its health. */
async function pidOf(offset: number): Promise<number> {
  const body = (await (await fetch(url(offset))).json()) as { pid: number };
  return body.pid;
}

/** Waits until a condition holds, with a deadline. */
async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  await expect.poll(condition, { timeout: 20_000, interval: 50 }).toBe(true);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectAllEnded(pids: readonly number[]): Promise<void> {
  await eventually(() => !pids.some(isAlive));
  await eventually(async () => (await readdir(path.join(shop.dir, 'tmp'))).length === 0);
  expect(existsSync(path.join(shop.dir, '.cache', 'shop.json'))).toBe(false);
}

describe('npm start', () => {
  it('rejects a wrong value before the set-up', async () => {
    const run = start(['--rate', 'fast']);
    expect(await run.ended).toBe(1);
    expect(run.output().trim()).toBe('--rate takes a number above 0, up to 10000, or max, got "fast".');
  });

  it('prints its help', async () => {
    const run = start(['--help']);
    expect(await run.ended).toBe(0);
    expect(run.output()).toContain('--scale processor=N');
  });

  it('rejects a port that is in use before the set-up', async () => {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(shop.portBase + 2, '127.0.0.1', resolve));
    const run = start();
    const exitCode = await run.ended;
    server.close();
    expect(exitCode).toBe(1);
    expect(run.output()).toContain(`Port ${String(shop.portBase + 2)}, for payment, is in use.`);
    expect(run.output()).toContain(`SHOP_PORT_BASE=${String(shop.portBase + 1000)} npm start`);
    expect(run.output()).not.toContain('setup');
  });

  it('rejects a Redis that does not answer, and never shows its password', async () => {
    const run = start([], { REDIS_URL: 'redis://:secret@127.0.0.1:1' });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('Redis at 127.0.0.1:1: nothing listens there (ECONNREFUSED).');
    expect(run.output()).not.toContain('secret');
  });

  it('runs the shop until it is interrupted, and leaves nothing behind', async () => {
    const run = start(['--scale', 'processor=2']);
    await run.says(/The shop is open/);
    expect(run.output()).toMatch(/^processor-2 \| processor listens$/m);
    const pids = await Promise.all([1, 2, 3, 4, 10, 11, 5080].map(pidOf));
    const announced = JSON.parse(await readFile(path.join(shop.dir, '.cache', 'shop.json'), 'utf8')) as unknown;
    expect(announced).toMatchObject({ pid: run.child.pid, prefix: 'ecommerce', ports: { payment: shop.portBase + 2 } });

    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.output()).toMatch(/Ctrl-C: stopping …[^]*stopped after/);
    await expectAllEnded(pids);
  });

  it('restarts an app that has exited', async () => {
    const run = start();
    await run.says(/The shop is open/);
    const before = await pidOf(2);
    await fetch(url(2, '/crash')).catch(() => undefined);
    await run.says(/shop +\| payment ended with exit code 3 after \d+s; restarting it in 0\.5s/);
    await eventually(() =>
      pidOf(2).then(
        (pid) => pid !== before,
        () => false,
      ),
    );

    process.kill(await pidOf(2), 'SIGKILL');
    await run.says(/payment ended with SIGKILL after \d+s; restarting it in 1s/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('payment was not running');
  });

  it('restarts Redis with its data, on its port', async () => {
    const run = start();
    await run.says(/The shop is open/);
    const port = (await run.says(/^redis +127\.0\.0\.1:(\d+)/m))[1] ?? '';
    const pid = Number(/process_id:(\d+)/.exec(await askRedis(port, 'INFO', 'server'))?.[1]);
    await askRedis(port, 'SET', 'answer', '42');
    process.kill(pid, 'SIGKILL');
    await run.says(/Redis ended with SIGKILL; restarting it with its data in 0\.5s/);
    await eventually(() =>
      askRedis(port, 'GET', 'answer').then(
        (answer) => answer === '42',
        () => false,
      ),
    );
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await expectAllEnded([]);
  });

  it('stops everything if the configuration of an app is not valid', async () => {
    const run = start([], { FAKE_ORDER: 'refuse' });
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(
      /the configuration of order is not valid:\n +\| SIMULATION_RATE takes a positive number/,
    );
    await expectAllEnded([]);
  });

  it('kills an app that does not stop, and does so at once after a second Ctrl-C', async () => {
    const run = start([], { FAKE_SHIPPING: 'stubborn' });
    await run.says(/The shop is open/);
    const pids = await Promise.all([1, 2, 3, 4, 10, 5080].map(pidOf));
    run.child.kill('SIGINT');
    await run.says(/shipping was told to stop/);
    await eventually(() => {
      run.child.kill('SIGINT'); // a signal within half a second of the first is ignored
      return run.child.exitCode !== null;
    });
    expect(await run.ended).toBe(130);
    await expectAllEnded(pids);
  });

  it('leaves nothing behind if it is killed', async () => {
    const run = start();
    await run.says(/The shop is open/);
    const pids = await Promise.all([1, 2, 3, 4, 10, 5080].map(pidOf));
    run.child.kill('SIGKILL');
    await eventually(() => !pids.some(isAlive));
    await eventually(async () => (await readdir(path.join(shop.dir, 'tmp'))).length === 0);
  });

  it('stops if its output is closed', async () => {
    const run = start();
    await run.says(/The shop is open/);
    const pids = await Promise.all([1, 2, 3, 4, 10, 5080].map(pidOf));
    run.child.stdout?.destroy();
    // Makes an app write a line. The shop may stop before the app answers.
    await fetch(url(1)).catch(() => undefined);
    await eventually(() => run.child.exitCode === 0);
    await expectAllEnded(pids);
  });

  it.each([0, 1])('with --for, exits with the exit code of the audit: %i', async (verdict) => {
    const run = start(['--for', '1s', '--quiet'], { FAKE_AUDIT_EXIT: String(verdict) });
    expect(await run.ended).toBe(verdict);
    expect(run.output()).toMatch(/^shop +\| 1s +orders 0 +payments 0 +stock movements 0 +shipments 0 +pending 0$/m);
    expect(run.output()).toMatch(/^audit of redis:\/\/127\.0\.0\.1:\d+ .*--wait 60s$/m);
    expect(run.output()).not.toContain('| payment listens');
    expect(run.output()).not.toContain('could not be stopped');
    await expectAllEnded([]);
  });

  it('makes a token for operators, and shows a command with it', async () => {
    const run = start();
    const [, token = ''] = await run.says(/Operate it.*, OPERATOR_TOKEN=([\w-]{43})$/m);
    const command = await run.says(/^ {4}curl -s -X POST (http:\S+) -H "(authorization): Bearer ([\w-]+)"$/m);
    const [, address = '', header = '', shown = ''] = command;
    expect(shown).toBe(token);
    const stop = (value: string) => fetch(address, { method: 'POST', headers: { [header]: `Bearer ${value}` } });
    expect((await stop(shown)).status).toBe(200);
    expect((await stop('another')).status).toBe(401);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    const again = start();
    expect((await again.says(/OPERATOR_TOKEN=(\S+)/))[1]).not.toBe(token);
  });

  it.each(['the environment', 'a file', 'the file .env'])(
    'uses the token of %s, and does not show it',
    async (where) => {
      const token = 'open-sesame-open-sesame';
      if (where === 'the file .env') await writeFile(path.join(shop.dir, '.env'), `OPERATOR_TOKEN=${token}\n`);
      const file = path.join(shop.dir, 'token');
      await writeFile(file, `${token}\n`);
      const env = { 'the environment': { OPERATOR_TOKEN: token }, 'a file': { OPERATOR_TOKEN_FILE: file } }[where];
      const run = start(['--for', '1s'], env);
      await run.says(/-H "authorization: Bearer \$OPERATOR_TOKEN"$/m);
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(url(1, '/simulation/stop'), { method: 'POST', headers })).status).toBe(200);
      expect(await run.ended).toBe(0);
      expect(run.output()).not.toContain(token);
      expect(run.output()).not.toContain('could not be stopped');
    },
  );

  it('with --for, exits with neither 0 nor 1 if it is interrupted', async () => {
    const run = start(['--for', '1h']);
    await run.says(/It runs for 1h/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(130);
  });
});

describe('the set-up', () => {
  it('installs missing packages, and reports it on stderr', async () => {
    await rm(path.join(shop.dir, 'node_modules'), { recursive: true });
    const run = start(['--help']);
    expect(await run.ended).toBe(0);
    expect(run.output()).toMatch(/^setup {2}installing packages …$[^]*^setup {2}installing packages … done in \d+s$/m);
    expect(run.output()).toContain('--scale processor=N');
  });

  it('waits for npm to end if an installation is interrupted', async () => {
    await rm(path.join(shop.dir, 'node_modules'), { recursive: true });
    const npm = path.join(shop.dir, 'npm-cli.cjs');
    const takenBack = path.join(shop.dir, 'taken-back');
    await writeFile(
      npm,
      `setInterval(() => undefined, 1000);
      const takeBack = () => { require('node:fs').writeFileSync(${JSON.stringify(takenBack)}, ''); process.exit(1); };
      process.once('SIGTERM', () => setTimeout(takeBack, 500));
      console.log('begun');`,
    );
    const run = start([], { npm_execpath: npm });
    await run.says(/^begun$/m);
    const exited = once(run.child, 'exit');
    run.child.kill('SIGTERM');
    expect(await exited).toEqual([130, null]);
    expect(existsSync(takenBack)).toBe(true);
  });

  it('compiles the tools if their sources are newer, and says what failed', async () => {
    await utimes(path.join(shop.dir, 'tools', 'src', 'root.ts'), new Date(), new Date(Date.now() + 60_000));
    const run = start(['--help']); // there is no compiler
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/^setup {2}compiling the tools …$[^]*^`tsc -b tools` failed: exit code 1\.$/m);
  });
});

describe('npm run audit', () => {
  it('uses the Redis of the running shop', async () => {
    const run = start();
    await run.says(/The shop is open/);
    const port = (await run.says(/^redis +127\.0\.0\.1:(\d+)/m))[1] ?? '';
    const audit = shop.run('audit', ['--wait', '5s'], { FAKE_AUDIT_EXIT: '1' });
    expect(await audit.ended).toBe(1);
    expect(audit.output()).toContain(`audit of redis://127.0.0.1:${port} ecommerce --wait 5s`);
  });

  it('uses the default Redis if no shop is running', async () => {
    const audit = shop.run('audit', []);
    expect(await audit.ended).toBe(0);
    expect(audit.output()).toContain('audit of redis://127.0.0.1:6379');
  });
});

async function askRedis(port: string, ...command: string[]): Promise<string> {
  const connection = await connectRedis(parseRedisAddress(`redis://127.0.0.1:${port}`), { deadlineMs: 5000 });
  return String(await connection.call(...command).finally(connection.close));
}
