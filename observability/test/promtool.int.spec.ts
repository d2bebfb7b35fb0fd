import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findPromtool } from '@shop/tools';
import { asPrometheusGetsIt, OBSERVABILITY, readDashboard } from './sources.js';

const execute = promisify(execFile);

let promtool: string;

beforeAll(async () => {
  promtool = await findPromtool();
}, 600_000);

/** Runs promtool in the folder. @throws Error with what it said where it finds a fault */
async function ask(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(promtool, args, { cwd: OBSERVABILITY });
  return stdout;
}

describe('promtool', () => {
  it('finds no fault in the configuration and the rules that it names', async () => {
    expect(await ask('check', 'config', 'prometheus.yml')).toContain('SUCCESS: 1 rule files found');
  });

  it('finds no fault in the alerts', async () => {
    expect(await ask('check', 'rules', 'alerts.yml')).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('sees the alerts come and go as alerts.test.yml says', async () => {
    expect(await ask('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });

  it('finds no fault in the queries of the dashboard', async () => {
    const { panels } = await readDashboard();
    const rules = panels
      .flatMap(({ targets = [] }) => targets)
      .map(({ expr }, index) => ({ record: `query:${String(index)}`, expr: asPrometheusGetsIt(expr) }));
    const folder = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
    try {
      const file = path.join(folder, 'queries.yml');
      await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
      expect(await ask('check', 'rules', file)).toContain(`SUCCESS: ${String(rules.length)} rules found`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
