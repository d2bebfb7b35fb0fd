import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, run } from '@shop/tools';

const RUN = path.join(ROOT, 'tools', 'run.mjs');
const BENCH = [RUN, 'bench/bench'];
const MICRO = [RUN, 'bench/micro'];
/** Uses the built files, like all end-to-end tests. */
const ENV = { NO_COLOR: '1', SHOP_IS_BUILT: 'true' };
const DEADLINE_MS = 120_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'bench-test-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function bench(...args: string[]) {
  return run(process.execPath, [...BENCH, '--quick', '--events', '300', ...args], {
    deadlineMs: DEADLINE_MS,
    env: ENV,
  });
}

/** The process ids and command lines of a process' children. */
async function childrenOf(pid: number | undefined): Promise<string[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { deadlineMs: 10_000 });
  return stdout.filter((line) => line.trim().split(/\s+/)[1] === String(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface Report {
  schema: number;
  machine: Record<string, unknown>;
  samples: { scenario: string; contestant: string; failed?: string; figures?: Record<string, unknown> }[];
}

describe('npm run bench', () => {
  it('runs each kind of scenario, and writes the samples', { timeout: DEADLINE_MS }, async () => {
    const json = path.join(folder, 'samples.json');
    const only = '(publish-callers|consume-transaction|consume-two-workers|latency|memory|idle-1)/library|^consume/';
    const { problem, output } = await bench('--only', only, '--json', json);
    expect(`${problem}\n${output.join('\n')}`).toMatch(/^\n/);
    expect(output.join('\n')).toMatch(/^ +yardstick +[\d,]+ .* 1\.00 /m);

    const report = JSON.parse(await readFile(json, 'utf8')) as Report;
    expect(report.schema).toBe(1);
    expect(report.machine).toMatchObject({ cpu: expect.any(String), cores: expect.any(Number) });
    expect(report.samples.map(({ scenario, contestant }) => `${scenario}/${contestant}`)).toEqual([
      'publish-callers/library',
      'consume/library',
      'consume/partitions',
      'consume/yardstick',
      'consume/bullmq',
      'consume/nest-redis',
      'consume/naive',
      'consume-transaction/library',
      'consume-two-workers/library',
      'latency/library',
      'memory/library',
      'idle-1/library',
    ]);
    for (const { scenario, figures } of report.samples) {
      if (scenario === 'latency') expect(figures).toMatchObject({ latencyMs: { p50: expect.any(Number) } });
      else if (scenario === 'memory') expect(figures).toMatchObject({ memory: [{}, {}, {}] });
      else if (scenario === 'idle-1') expect(figures).toMatchObject({ idleCommands: expect.any(Number) });
      else expect(figures).toMatchObject({ perSecond: expect.any(Number), commands: expect.any(Number) });
    }
  });

  it('times single steps', { timeout: DEADLINE_MS }, async () => {
    const { problem, output } = await run(process.execPath, [...MICRO, '--quick'], {
      deadlineMs: DEADLINE_MS,
      env: ENV,
    });
    expect(problem).toBe('');
    const steps = output.filter((line) =>
      /^(validate|decode|dispatch|transaction|publish): .* \d+ ns +\d+ ns$/.test(line),
    );
    expect(steps).toHaveLength(11);
  });

  it('writes a profile and its summary', { timeout: DEADLINE_MS }, async () => {
    const { problem } = await bench('--only', '^consume/library', '--profile', folder);
    expect(problem).toBe('');
    expect(await readdir(folder)).toEqual(['consume-library.cpuprofile', 'consume-library.txt']);
    expect(await readFile(path.join(folder, 'consume-library.txt'), 'utf8')).toMatch(
      /by package[^]*nestjs|libs\/events/,
    );
  });

  it('leaves no process behind when it is interrupted', { timeout: DEADLINE_MS }, async () => {
    const child = spawn(process.execPath, [...BENCH, '--events', '1000000', '--only', '^consume/library'], {
      stdio: 'ignore',
      env: { ...process.env, ...ENV },
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // The server and a process that publishes the backlog. With so many events, they run long enough to be found.
    await expect.poll(() => childrenOf(child.pid), { timeout: 30_000 }).toContainEqual(expect.stringMatching(/"fill"/));
    const before = await childrenOf(child.pid);
    expect(before).toContainEqual(expect.stringMatching(/redis|valkey/));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const pids = before.map((line) => Number(line.trim().split(' ', 1)[0]));
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
  });

  it('rejects a wrong value', async () => {
    const { ok, output } = await bench('--rounds', 'many');
    expect(ok).toBe(false);
    expect(output.join('\n').trim()).toBe('--rounds takes a whole number from 1 to 20, got "many".');
  });
});
