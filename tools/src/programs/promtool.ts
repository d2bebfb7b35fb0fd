import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.js';
import { errorLineOf, run } from '../machine/command.js';
import { withPackageLists } from '../machine/package-lists.js';
import { installWithPackageManager } from '../machine/package-manager.js';
import { findPrograms } from '../machine/programs.js';
import { CACHE } from '../root.js';
import type { Log } from '../terminal/progress.js';

const DOWNLOAD_DEADLINE_MS = 300_000;

/** Debian's package would start a system service when it is installed, so it is unpacked instead. */
const APT_PACKAGE = 'prometheus';
const UNPACKED = path.join(CACHE, 'prometheus');

/** Packages that contain promtool and start no service when they are installed. */
const PACKAGES = {
  dnf: ['golang-github-prometheus'],
  apk: ['prometheus'],
  pacman: ['prometheus'],
  zypper: ['golang-github-prometheus-prometheus'],
  brew: ['prometheus'],
};

const ADVICE = 'Install Prometheus, which includes promtool, or set PROMTOOL_BINARY to the path of promtool.';

/**
 * Finds promtool of Prometheus: that of `PROMTOOL_BINARY`, one of this machine, or one that was unpacked before; else unpacks or
 * installs one from the system's packages.
 *
 * @returns its path
 * @throws Failure with what to do, if there is none
 */
export async function findPromtool({ log = () => undefined }: { log?: Log } = {}): Promise<string> {
  const named = process.env['PROMTOOL_BINARY'] ?? '';
  if (named !== '') return named;
  const present = (await lookOnMachine()) ?? (await lookInCache());
  if (present !== null) return present;

  const problem = await unpack(log);
  const unpacked = problem === null ? await lookInCache() : null;
  if (unpacked !== null) return unpacked;
  const installed = await installWithPackageManager({ packages: PACKAGES, log, look: lookOnMachine });
  if ('found' in installed) return installed.found;
  throw new Failure(
    `There is no promtool on this machine, and none could be unpacked (${problem ?? `${APT_PACKAGE} does not contain it`}) ` +
      `or installed (${installed.problem}).\n${ADVICE}`,
  );
}

async function lookOnMachine() {
  return (await findPrograms(['promtool']))[0] ?? null;
}

async function lookInCache() {
  return (await findPrograms(['promtool'], [path.join(UNPACKED, 'usr', 'bin')]))[0] ?? null;
}

/**
 * Unpacks Prometheus into the cache, without root, from the packages of a Debian-like system.
 * @returns the reason if it failed, else null
 */
async function unpack(log: Log): Promise<string | null> {
  for (const program of ['apt-get', 'dpkg-deb']) {
    if ((await findPrograms([program])).length === 0) return `there is no ${program}`;
  }
  const work = path.join(CACHE, `unpacking-prometheus-${String(process.pid)}`);
  const files = path.join(work, 'files');
  await mkdir(files, { recursive: true });
  try {
    log(`downloading ${APT_PACKAGE}, for promtool …`);
    const problem = await withPackageLists((options) => download(options, work), { work, log });
    if (problem !== null) return problem;
    const result = await run('sh', ['-c', 'dpkg-deb -x "$1"/*.deb "$2"', 'sh', work, files], { deadlineMs: 60_000 });
    if (!result.ok) return `dpkg-deb -x: ${result.problem}, ${errorLineOf(result.output)}`;
    if ((await lookInCache()) !== null) return null; // another process was faster
    await rm(UNPACKED, { recursive: true, force: true });
    await rename(files, UNPACKED);
    return null;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @returns the reason if it failed, else null */
async function download(aptOptions: readonly string[], work: string): Promise<string | null> {
  const result = await run('apt-get', [...aptOptions, 'download', APT_PACKAGE], {
    cwd: work,
    deadlineMs: DOWNLOAD_DEADLINE_MS,
  });
  return result.ok ? null : `apt-get download: ${result.problem}, ${errorLineOf(result.output)}`;
}
