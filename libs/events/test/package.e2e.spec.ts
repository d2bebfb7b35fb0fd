import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freshRedis, type TestRedis } from '@repo/testing';
import { ROOT } from '@shop/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

interface Manifest {
  exports: Record<string, string | Record<string, string>>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

const TERMINUS = '@nestjs/terminus';

const fixture = (name: string): Promise<string> => readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** The package as npm packs it, in a folder with its peers and nothing else. */
describe('the package', () => {
  let folder: string;
  let redis: TestRedis;
  let files: string[];
  let manifest: Manifest;

  const peers = (optional: boolean): string[] =>
    Object.keys(manifest.peerDependencies).filter(
      (name) => (manifest.peerDependenciesMeta[name]?.optional ?? false) === optional,
    );

  /** An application in a folder of its own. @returns what it has printed */
  async function start(name: string, program: string, packages: readonly string[]): Promise<string> {
    const modules = path.join(folder, name, 'node_modules');
    await mkdir(modules, { recursive: true });
    const tarball = path.join(folder, 'nestjs-event-streams-0.1.0.tgz');
    await run('tar', ['-xzf', tarball, '-C', modules]);
    await run('mv', [path.join(modules, 'package'), path.join(modules, 'nestjs-event-streams')]);
    for (const one of packages) {
      await mkdir(path.dirname(path.join(modules, one)), { recursive: true });
      await symlink(path.join(ROOT, 'node_modules', one), path.join(modules, one));
    }
    await writeFile(path.join(folder, name, 'main.mjs'), program);
    const env = { PATH: process.env['PATH'], REDIS_URL: redis.url };
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: path.join(folder, name), env });
    return stdout;
  }

  beforeAll(async () => {
    redis = await freshRedis();
    folder = await mkdtemp(path.join(os.tmpdir(), 'events-package-'));
    const pack = ['pack', '--json', '--pack-destination', folder, '--workspace', 'libs/events'];
    const { stdout } = await run('npm', pack, { cwd: ROOT, maxBuffer: 2 ** 24 });
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    files = packed.files.map((file) => file.path);
    manifest = JSON.parse(await readFile(path.join(ROOT, 'libs/events/package.json'), 'utf8')) as Manifest;
  });
  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  it('has what its exports name, its scripts, its documents and its licence', () => {
    const targets = Object.values(manifest.exports)
      .flatMap((target) => (typeof target === 'string' ? [target] : [target['types'], target['default']]))
      .map((target) => target?.replace('./', ''));
    expect(files).toEqual(
      expect.arrayContaining([...targets, 'lua/settle.lua', 'docs/handlers.md', 'README.md', 'LICENSE']),
    );
  });

  it('has no source, no test, no build state', () => {
    expect(files.filter((file) => /^(src|test|faults)\/|\.d\.ts\.map$|tsbuildinfo|\.spec\./.test(file))).toEqual([]);
  });

  it('has source maps that contain their sources', async () => {
    const map = await readFile(path.join(ROOT, 'libs/events/dist/core.js.map'), 'utf8');
    expect((JSON.parse(map) as { sourcesContent?: string[] }).sourcesContent?.[0]).toContain('export {');
  });

  it('handles an event without NestJS, with no more than the peers that are not optional', async () => {
    await start('plain', await fixture('plain.mjs'), peers(false));
    expect(await redis.client.get('plain:tester:last')).toBe('plain');
  });

  const withoutTerminus = (): string[] => [...peers(false), ...peers(true)].filter((name) => name !== TERMINUS);

  it('handles an event in an application of NestJS, where Terminus is not installed', async () => {
    expect(peers(true)).toContain(TERMINUS);
    const printed = await start('nest', await fixture('nest-app.mjs'), withoutTerminus());
    expect(printed).toContain('handled: nest');
    expect(await redis.client.get('nest:tester:last')).toBe('nest');
  });

  it('tells Terminus of its health', async () => {
    const printed = await start('health', await fixture('health-app.mjs'), [...withoutTerminus(), TERMINUS]);
    expect(printed).toContain('ok redis consumer lag');
  });
});
