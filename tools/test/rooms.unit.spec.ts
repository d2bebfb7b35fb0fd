import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@shop/tools';
import { expect, it } from 'vitest';

const SOURCES = path.join(ROOT, 'libs/events/src');

/** The folders of `libs/events/src`, in the order in which the rules of `.dependency-cruiser.cjs` name them. */
function foldersOfRules(): string[] {
  const rules = readFileSync(path.join(ROOT, '.dependency-cruiser.cjs'), 'utf8');
  const [, list = ''] = /const ROOMS = \[([^\]]+)\]/.exec(rules) ?? [];
  return [...list.matchAll(/'([a-z ]+)'\.split/g)].flatMap(([, some = '']) => some.split(' '));
}

it('the rules and CONTRIBUTING.md name each folder of the library, in the same order', () => {
  const folders = readdirSync(SOURCES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const told = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `([a-z]+)` +\| \S/gm);
  expect(foldersOfRules().toSorted()).toEqual(folders.map(({ name }) => name).sort());
  expect([...told].map(([, name]) => name)).toEqual(foldersOfRules());
});

/** What the rules say of a tree that has these files alone. @returns which rule is broken by which file */
async function brokenIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(path.join(tmpdir(), 'rooms-'));
  try {
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
    copyFileSync(path.join(ROOT, 'tsconfig.base.json'), path.join(root, 'tsconfig.base.json'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    const command = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const rules = path.join(ROOT, '.dependency-cruiser.cjs');
    const args = [command, 'libs', '--config', rules, '--output-type', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
    return summary.violations.map(({ rule, from }) => `${rule.name}: ${path.basename(from)}`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

it('only the room of connections may import ioredis, its types too', async () => {
  const ofTypes = "import type { Redis } from 'ioredis';\nexport type Client = Redis;\n";
  const ofValues = "import { Redis } from 'ioredis';\nexport const client = new Redis();\n";
  const broken = await brokenIn({
    'libs/events/src/connection/mine.ts': ofValues,
    'libs/events/src/stream/types.ts': ofTypes,
    'libs/events/src/publish/values.ts': ofValues,
    'libs/events/src/core.ts': ofTypes,
  });
  expect(broken.sort()).toEqual(['core.ts', 'types.ts', 'values.ts'].map((file) => `ioredis-in-connection: ${file}`));
});

it('only the room of telemetry may import OpenTelemetry, its types too', async () => {
  const ofTypes = "import type { Tracer } from '@opentelemetry/api';\nexport type Mine = Tracer;\n";
  const broken = await brokenIn({
    'libs/events/src/telemetry/mine.ts': ofTypes,
    'libs/events/src/dispatch/types.ts': ofTypes,
  });
  expect(broken).toEqual(['opentelemetry-in-telemetry: types.ts']);
});
