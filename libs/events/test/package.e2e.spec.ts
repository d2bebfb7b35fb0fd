import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { compiledProgram, freshRedis, type TestRedis } from '@repo/testing';
import { ROOT } from '@shop/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

interface Manifest {
  version: string;
  bin?: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

const TERMINUS = '@nestjs/terminus';

const program = (name: string): Promise<string> =>
  readFile(compiledProgram(new URL(`fixtures/${name}.ts`, import.meta.url)), 'utf8');

async function manifestOf(workspace: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(ROOT, workspace, 'package.json'), 'utf8')) as Manifest;
}

/** The packages as npm packs them, in a folder with their peers and nothing else. */
describe('the package', () => {
  let folder: string;
  let redis: TestRedis;
  let files: string[];
  let cliFiles: string[];
  let manifest: Manifest;

  const peers = (optional: boolean): string[] =>
    Object.keys(manifest.peerDependencies).filter(
      (name) => (manifest.peerDependenciesMeta[name]?.optional ?? false) === optional,
    );

  const env = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: folder, REDIS_URL: redis.url });

  /** @returns the files in its tarball, which is in `folder` afterwards */
  async function pack(workspace: string): Promise<string[]> {
    const args = ['pack', '--json', '--pack-destination', folder, '--workspace', workspace];
    const { stdout } = await run('npm', args, { cwd: ROOT, maxBuffer: 2 ** 24 });
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    return packed.files.map((file) => file.path);
  }

  /** Unpacks a tarball into a folder's `node_modules`. */
  async function unpack(modules: string, name: string): Promise<void> {
    await mkdir(modules, { recursive: true });
    await run('tar', ['-xzf', path.join(folder, `${name}-${manifest.version}.tgz`), '-C', modules]);
    await run('mv', [path.join(modules, 'package'), path.join(modules, name)]);
  }

  /** A folder of its own with the library and other packages. @returns its path */
  async function install(name: string, packages: readonly string[]): Promise<string> {
    const modules = path.join(folder, name, 'node_modules');
    await unpack(modules, 'nestjs-event-streams');
    for (const one of packages) {
      await mkdir(path.dirname(path.join(modules, one)), { recursive: true });
      await symlink(path.join(ROOT, 'node_modules', one), path.join(modules, one));
    }
    return path.join(folder, name);
  }

  /** An application in a folder of its own. @returns what it has printed */
  async function start(name: string, program: string, packages: readonly string[]): Promise<string> {
    const cwd = await install(name, packages);
    await writeFile(path.join(cwd, 'main.mjs'), program);
    const { stdout } = await run(process.execPath, ['main.mjs'], { cwd, env: env() });
    return stdout;
  }

  beforeAll(async () => {
    redis = await freshRedis();
    folder = await mkdtemp(path.join(os.tmpdir(), 'events-package-'));
    manifest = await manifestOf('libs/events');
    files = await pack('libs/events');
    cliFiles = await pack('libs/events-cli');
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
    await start('plain', await program('plain'), peers(false));
    expect(await redis.client.get('plain:tester:last')).toBe('plain');
  });

  const withoutTerminus = (): string[] => [...peers(false), ...peers(true)].filter((name) => name !== TERMINUS);

  it('handles an event in an application of NestJS, where Terminus is not installed', async () => {
    expect(peers(true)).toContain(TERMINUS);
    const printed = await start('nest', await program('nest-app'), withoutTerminus());
    expect(printed).toContain('handled: nest');
    expect(await redis.client.get('nest:tester:last')).toBe('nest');
  });

  it('tells Terminus of its health', async () => {
    const printed = await start('health', await program('health-app'), [...withoutTerminus(), TERMINUS]);
    expect(printed).toContain('ok redis consumer lag');
  });

  it('has no command line, which is a package of its own, for the library of the same version', async () => {
    const { bin, version, peerDependencies } = await manifestOf('libs/events-cli');
    expect(manifest.bin).toBeUndefined();
    expect(bin).toEqual({ events: './bin/events.mjs' });
    expect(version).toBe(manifest.version);
    // What the library needs is listed once more: by it an image of the command line knows what it holds.
    const needed = peers(false).map((name) => [name, manifest.peerDependencies[name]]);
    expect(peerDependencies).toEqual({ ...Object.fromEntries(needed), 'nestjs-event-streams': manifest.version });
    expect(cliFiles).toEqual(expect.arrayContaining(['bin/events.mjs', 'dist/main.js', 'README.md', 'LICENSE']));
    expect(cliFiles.filter((file) => /^(src|test)\/|\.d\.ts|tsbuildinfo|\.spec\./.test(file))).toEqual([]);
  });

  it('has a command line that works beside it, without NestJS', async () => {
    const cwd = await install('command', peers(false));
    const modules = path.join(cwd, 'node_modules');
    await unpack(modules, 'nestjs-event-streams-cli');
    // As npm links it.
    await mkdir(path.join(modules, '.bin'));
    await symlink('../nestjs-event-streams-cli/bin/events.mjs', path.join(modules, '.bin/events'));
    const events = async (...words: string[]): Promise<string> =>
      (
        await run('npx', ['events', ...words], {
          cwd,
          env: { ...env(), EVENTS_PREFIX: 'command', NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
        })
      ).stdout;
    expect(await events('--help')).toContain('Usage: events <command> [options]');
    const id = await events('publish', 'notes', 'note_taken', '--data', '{"topic":"a"}', '--create');
    const shown = JSON.parse(await events('show', 'notes', id.trim(), '--json')) as { event: unknown };
    expect(shown.event).toMatchObject({ event_type: 'note_taken', source: 'events_cli', data: { topic: 'a' } });
  });
});
