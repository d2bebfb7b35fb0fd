import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorLineOf, run } from '../machine/command.js';
import { withPackageLists } from '../machine/package-lists.js';
import { findPrograms } from '../machine/programs.js';
import { APT_PACKAGE, planInstallation, plannedMajor } from './apt.js';
import { MIN_MAJOR_VERSION } from './programs.js';
import type { Log } from '../terminal/progress.js';

const DOWNLOAD_DEADLINE_MS = 120_000;

/**
 * Unpacks a Redis server and the libraries that it needs into a folder, from the packages of a Debian-like system. Needs no root
 * and installs nothing. apt-get checks the signatures of the packages as always.
 * @returns the reason if it failed, else null
 */
export async function unpackRedis({ cache, log }: { cache: string; log: Log }): Promise<string | null> {
  for (const program of ['apt-get', 'dpkg-deb']) {
    if ((await findPrograms([program])).length === 0) return `there is no ${program}`;
  }
  const work = path.join(cache, `unpacking-${String(process.pid)}`);
  await mkdir(work, { recursive: true });
  try {
    return await unpackInto(path.join(cache, 'redis'), work, log);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpackInto(target: string, work: string, log: Log) {
  const problem = await withPackageLists((options) => download(options, work, log), { work, log });
  if (problem !== null) return problem;

  const unpacked = path.join(work, 'redis');
  const files = path.join(unpacked, 'files');
  await mkdir(files, { recursive: true });
  const packages = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  for (const name of packages) {
    const result = await run('dpkg-deb', ['-x', path.join(work, name), files], { deadlineMs: 60_000 });
    if (!result.ok) return `dpkg-deb -x ${name}: ${result.problem} ${errorLineOf(result.output)}`;
  }
  await addPrograms(unpacked);
  await rm(target, { recursive: true, force: true });
  await rename(unpacked, target);
  return null;
}

/** @returns the reason if it failed, else null */
async function download(aptOptions: readonly string[], work: string, log: Log): Promise<string | null> {
  const plan = await planInstallation(aptOptions);
  const major = plan === null ? null : plannedMajor(plan);
  if (plan === null || major === null) return `the package sources do not offer ${APT_PACKAGE}`;
  if (major < MIN_MAJOR_VERSION) return `the package sources offer Redis ${String(major)} only`;
  log(`downloading Redis (${plan.map(({ name }) => name).join(', ')}) …`);
  const result = await run('apt-get', [...aptOptions, 'download', ...plan.map(({ name }) => name)], {
    cwd: work,
    deadlineMs: DOWNLOAD_DEADLINE_MS,
  });
  return result.ok ? null : `apt-get download: ${result.problem}, ${errorLineOf(result.output)}`;
}

/** Adds a link for `redis-server`, and a script `redis-cli` that sets the path of the libraries. */
async function addPrograms(unpacked: string) {
  const bin = path.join(unpacked, 'bin');
  await mkdir(bin);
  await symlink('../files/usr/bin/redis-check-rdb', path.join(bin, 'redis-server'));
  const directories = await libraryDirectories(unpacked);
  const paths = directories.map((directory) => `$here/${path.relative(unpacked, directory)}`).join(':');
  const cli = path.join(bin, 'redis-cli');
  await writeFile(
    cli,
    [
      '#!/bin/sh',
      'here=$(cd "$(dirname "$0")/.." && pwd)',
      `LD_LIBRARY_PATH="${paths}" exec "$here/files/usr/bin/redis-cli" "$@"`,
      '',
    ].join('\n'),
  );
  await chmod(cli, 0o755);
}

/** The folders of an unpacked Redis that contain shared libraries. */
export async function libraryDirectories(unpacked: string): Promise<string[]> {
  const entries = await readdir(path.join(unpacked, 'files'), { recursive: true, withFileTypes: true });
  const libraries = entries.filter((entry) => /\.so(\.|$)/.test(entry.name));
  return [...new Set(libraries.map((entry) => entry.parentPath))].sort();
}
