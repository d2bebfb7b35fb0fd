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
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@shop/tools';
import { expect, it } from 'vitest';

const SOURCES = path.join(ROOT, 'libs/events/src');

const RULES = path.join(ROOT, '.dependency-cruiser.cjs');
const require = createRequire(import.meta.url);
/** The folders of `libs/events/src`, from top to bottom; some are folders of a folder. */
const ROOMS = require(path.join(ROOT, '.dependency-cruiser.folders.json')) as readonly string[];

/** @param folder of the sources; '' for all */
function foldersIn(folder: string): string[] {
  const entries = readdirSync(path.join(SOURCES, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.posix.join(folder, name));
}

it('the rules and CONTRIBUTING.md name each folder of the library, in the same order', () => {
  const divided = new Set(ROOMS.filter((room) => room.includes('/')).map((room) => path.dirname(room)));
  const folders = foldersIn('').flatMap((folder) => (divided.has(folder) ? foldersIn(folder) : [folder]));
  const told = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `([a-z/]+)` +\| \S/gm);
  expect(ROOMS.toSorted()).toEqual(folders.sort());
  expect([...told].map(([, name]) => name)).toEqual(ROOMS);
});

interface Breach {
  files: Readonly<Record<string, string>>;
  /** The files that break the rule. */
  by: readonly string[];
}

const importing = (specifier: string): string => `import type { A } from '${specifier}';\nexport type B = A;\n`;
const LEAF = 'export type A = 1;\n';

/** A room imports a type of the room above it. */
function upward(room: string, above: string): Breach {
  const lower = `libs/events/src/${room}/lower.ts`;
  const upper = `libs/events/src/${above}/upper.ts`;
  const specifier = path.posix.relative(path.posix.dirname(lower), upper).replace('.ts', '.js');
  return { files: { [lower]: importing(specifier), [upper]: LEAF }, by: [lower] };
}

/** What breaks each rule; all files together are one tree. */
const BREACHES: Readonly<Record<string, Breach>> = {
  'no-circles': {
    files: {
      'libs/events/src/model/one.ts': "import type { Other } from './other.js';\nexport type One = Other;\n",
      'libs/events/src/model/other.ts': "import type { One } from './one.js';\nexport type Other = One[];\n",
    },
    // A circle is reported once.
    by: ['libs/events/src/model/one.ts'],
  },
  ...Object.fromEntries(
    ROOMS.slice(1).map((room, index) => [`${room}-knows-no-room-above`, upward(room, ROOMS[index] ?? '')]),
  ),
  'rooms-and-doors': {
    files: {
      'libs/events/src/core.ts': importing('./create/producer.js'),
      'libs/events/src/create/producer.ts': LEAF,
      'libs/events/src/publish/by-door.ts': importing('../core.js'),
      'libs/events/src/publish/to-attic.ts': importing('../attic/leaf.js'),
      'libs/events/src/attic/leaf.ts': LEAF,
    },
    by: ['libs/events/src/publish/by-door.ts', 'libs/events/src/publish/to-attic.ts'],
  },
  'rooms-are-listed': {
    files: {
      'libs/events/src/cellar/mine.ts': importing('../model/shared.js'),
      'libs/events/src/model/shared.ts': LEAF,
    },
    by: ['libs/events/src/cellar/mine.ts'],
  },
  'ioredis-in-connection': {
    files: {
      'libs/events/src/connection/client.ts': "import { Redis } from 'ioredis';\nexport const client = new Redis();\n",
      'libs/events/src/stream/clients/redis-types.ts': importing('ioredis'),
      'libs/events/src/publish/redis.ts': "import { Redis } from 'ioredis';\nexport const client = new Redis();\n",
      'libs/events/src/extra.ts': importing('ioredis'),
    },
    by: [
      'libs/events/src/stream/clients/redis-types.ts',
      'libs/events/src/publish/redis.ts',
      'libs/events/src/extra.ts',
    ],
  },
  'opentelemetry-in-telemetry': {
    files: {
      'libs/events/src/telemetry/tracer.ts': importing('@opentelemetry/api'),
      'libs/events/src/dispatch/tracer.ts': importing('@opentelemetry/api'),
    },
    by: ['libs/events/src/dispatch/tracer.ts'],
  },
  'nest-in-nest': {
    files: {
      'libs/events/src/nest/module.ts': importing('@nestjs/common'),
      'libs/events/src/worker/module.ts': importing('@nestjs/common'),
      'libs/events/src/read/rx.ts': importing('rxjs'),
    },
    by: ['libs/events/src/worker/module.ts', 'libs/events/src/read/rx.ts'],
  },
  'core-without-nest': {
    files: {
      'libs/events/src/internal.ts': importing('./nest/decorator.js'),
      'libs/events/src/nest/decorator.ts': LEAF,
      'libs/setup/src/main.ts': importing('../../events/src/internal.js'),
    },
    by: ['libs/events/src/internal.ts', 'libs/setup/src/main.ts'],
  },
  'terminus-apart': {
    files: {
      'libs/events/src/index.ts': importing('./nest/health.js'),
      'libs/events/src/nest/health.ts': importing('@nestjs/terminus'),
      'libs/events/src/terminus.ts': importing('./nest/health.js'),
    },
    by: ['libs/events/src/index.ts'],
  },
  'domain-without-framework': {
    files: { 'apps/processor/src/domain/revenue.ts': importing('@nestjs/common') },
    by: ['apps/processor/src/domain/revenue.ts'],
  },
  'console-without-shop': {
    files: {
      'apps/console/src/streams/orders.ts': importing('../shop/orders.js'),
      'apps/console/src/shop/orders.ts': LEAF,
    },
    by: ['apps/console/src/streams/orders.ts'],
  },
  'audit-is-independent': {
    files: {
      'libs/audit/src/address.ts': importing('../../events/src/address/address.js'),
      'libs/events/src/address/address.ts': LEAF,
      'libs/audit/src/judge.ts': importing('../../contracts/src/facts.js'),
      'libs/contracts/src/facts.ts': importing('../../events/src/model/shared.js'),
    },
    by: ['libs/audit/src/judge.ts'],
  },
  'sources-without-tests': {
    files: { 'libs/access/src/token.ts': importing('../test/tokens.js'), 'libs/access/test/tokens.ts': LEAF },
    by: ['libs/access/src/token.ts'],
  },
  resolvable: {
    files: { 'libs/access/src/lost.ts': importing('./nowhere.js') },
    by: ['libs/access/src/lost.ts'],
  },
};

/** Checks a tree of these files alone. @returns each breach, as rule and file */
async function breachesIn(trees: readonly Readonly<Record<string, string>>[]): Promise<string[]> {
  const root = mkdtempSync(path.join(tmpdir(), 'rooms-'));
  try {
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
    copyFileSync(path.join(ROOT, 'tsconfig.base.json'), path.join(root, 'tsconfig.base.json'));
    for (const [file, text] of trees.flatMap((files) => Object.entries(files))) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    const command = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [command, 'apps', 'libs', '--config', RULES, '--output-type', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
    return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();
  } finally {
    rmSync(root, { recursive: true });
  }
}

it('each rule finds what breaks it, types too, and nothing else', async () => {
  const { forbidden } = require(RULES) as { forbidden: { name: string }[] };
  expect(Object.keys(BREACHES)).toEqual(forbidden.map(({ name }) => name));

  const expected = Object.entries(BREACHES).flatMap(([rule, { by }]) => by.map((file) => `${rule}: ${file}`));
  expect(await breachesIn(Object.values(BREACHES).map(({ files }) => files))).toEqual(expected.sort());
});
