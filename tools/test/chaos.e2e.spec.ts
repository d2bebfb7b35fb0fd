import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IS_BUILT } from '../src/build.js';
import { createFakeShop, runTool, type FakeShop, type ToolRun } from './fake-shop/create.js';

/** With two processors and 20 s, its plan kills and freezes Redis once each, and kills, freezes and stops apps. */
const SEED = '252';

let tmp: string;
let runs: ToolRun[];

beforeEach(async () => {
  tmp = await mkdtemp(path.join(os.tmpdir(), 'chaos-test-'));
  runs = [];
});

afterEach(async () => {
  for (const run of runs) run.child.kill('SIGKILL');
  await Promise.all(runs.map(({ ended }) => ended));
  await rm(tmp, { recursive: true, force: true });
});

function track(run: ToolRun): ToolRun {
  runs.push(run);
  return run;
}

/** The processes of a shop: the apps are found by their folder, Redis by its port. */
async function processesOf(shop: FakeShop, run: ToolRun): Promise<string[]> {
  const redis = /^redis +(127\.0\.0\.1:\d+)/m.exec(run.output())?.[1] ?? 'none';
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const isOfApp = (line: string) => line.includes(path.join(shop.dir, 'apps')) && !line.includes('on-exit');
  return stdout.split('\n').filter((line) => isOfApp(line) || line.includes(redis));
}

describe('npm run chaos', () => {
  it(
    'injects faults into the real shop, and finds nothing lost, repeated or out of order',
    { timeout: 180_000 },
    async () => {
      const args = ['--minutes', '0.34', '--seed', SEED, '--rate', '10', '--scale', 'processor=2'];
      // npm test has built it. A second build would remove files that other tests use.
      const env = { TMPDIR: tmp, [IS_BUILT]: 'true' };
      const run = track(runTool(path.resolve(import.meta.dirname, '..', 'run.mjs'), ['chaos', ...args], env));
      const exitCode = await run.ended;
      const output = run.output();
      expect(output).toContain('Nothing lost, nothing repeated, nothing out of order; every law kept.');
      expect(exitCode).toBe(0);
      expect(output).toMatch(new RegExp(`^ +\\d+\\.\\ds {2}seed ${SEED}: \\d+ faults in 20s$`, 'm'));
      expect(output).toMatch(/^ +\d+\.\ds {2}killed +redis +for \d\.\ds$/m);
      expect(output).toMatch(/^ +\d+\.\ds {2}frozen +redis +for \d\.\ds$/m);
      expect(output).toContain('All 7 laws kept.');
      expect(output).toMatch(/^ {2}denied by ACL +0$/m);
      expect(output).toMatch(/^ {2}redis +1 +1 +0$/m);
      expect(output).toMatch(/^ {2}confirmed +(\d+) of \1 orders/m);
      expect(output).toContain(`Again: npm run chaos -- --minutes 0.34 --seed ${SEED} --rate 10 --scale processor=2`);
      expect(await readdir(tmp)).toEqual([]);
    },
  );

  describe('on stand-ins for the apps', () => {
    let shop: FakeShop;

    beforeEach(async () => {
      shop = await createFakeShop();
    });

    afterEach(() => shop.remove());

    it('rejects a wrong value before the set-up, and prints its help', async () => {
      const wrong = track(shop.run('chaos', ['--minutes', 'many']));
      expect(await wrong.ended).toBe(1);
      expect(wrong.output().trim()).toBe('--minutes takes a number from 0.2 to 1440, got "many".');
      const help = track(shop.run('chaos', ['--help']));
      expect(await help.ended).toBe(0);
      expect(help.output()).toContain('--minutes N');
    });

    it('exits with 1 if the shop loses confirmed orders, and keeps the artifacts', async () => {
      // The stand-ins confirm every order, and place none.
      const run = track(shop.run('chaos', ['--minutes', '0.2', '--seed', SEED], { FAKE_AUDIT_EXIT: '1' }));
      expect(await run.ended).toBe(1);
      expect(run.output()).toContain(
        'Failed: the laws are not kept (see above); the streams do not hold what customers were told.',
      );
      expect(run.output()).toMatch(/^ {2}not as confirmed +[1-9]\d*$/m);
      const kept = /data of Redis are in (\S+)/.exec(run.output())?.[1] ?? '';
      expect(await readdir(kept)).toEqual(expect.arrayContaining(['order.log', 'redis']));
    });

    it.each(['SIGINT', 'SIGKILL'] as const)(
      'leaves no process behind after %s, even if apps are frozen',
      async (signal) => {
        const run = track(shop.run('chaos', ['--minutes', '5', '--seed', SEED]));
        await run.says(/s {2}frozen /);
        expect(await processesOf(shop, run)).toHaveLength(8);
        run.child.kill(signal);
        expect(await run.ended).toBe(signal === 'SIGINT' ? 130 : null);
        if (signal === 'SIGINT') expect(run.output()).toContain(`Again: npm run chaos -- --minutes 5 --seed ${SEED}`);
        await expect.poll(() => processesOf(shop, run), { timeout: 30_000 }).toEqual([]);
        await expect.poll(() => readdir(path.join(shop.dir, 'tmp')), { timeout: 20_000 }).toEqual([]);
      },
    );
  });
});
