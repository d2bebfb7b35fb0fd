import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { unpackPackages, withPackageLists } from './machine/apt-packages.mjs';
import { complaintOf, run } from './machine/command.mjs';
import { findPrograms } from './machine/programs.mjs';
import { CACHE } from './root.mjs';

/** The package of Debian and Ubuntu that has promtool, and the server, too. */
const PACKAGE = 'prometheus';
const DOWNLOAD_DEADLINE_MS = 300_000;

/**
 * Finds Prometheus' promtool: that of the machine, one that was unpacked before, or one that is unpacked into the cache now.
 * It is not installed: the package would start a server, which nobody asked for.
 * @type {typeof import('./promtool.mjs').findPromtool}
 */
export async function findPromtool({ log = () => undefined } = {}) {
  const target = path.join(CACHE, PACKAGE);
  const look = async () =>
    (await findPrograms(['promtool']))[0] ?? (await findPrograms(['promtool'], [path.join(target, 'usr', 'bin')]))[0];
  const present = await look();
  if (present !== undefined) return present;
  const problem = await unpack(target, log);
  const unpacked = await look();
  if (unpacked !== undefined) return unpacked;
  throw new Failure(
    `There is no promtool on this machine, and none could be unpacked: ${problem ?? `${PACKAGE} has none`}.\n` +
      'Install Prometheus, so that the PATH has promtool (apt-get install prometheus, brew install prometheus, …).',
  );
}

/**
 * @param {string} target
 * @param {import('./terminal/progress.mjs').Log} log
 * @returns {Promise<string | null>} why it did not work, or null where it did
 */
async function unpack(target, log) {
  for (const program of ['apt-get', 'dpkg-deb']) {
    if ((await findPrograms([program])).length === 0) return `there is no ${program}`;
  }
  const work = path.join(CACHE, `unpacking-${PACKAGE}-${String(process.pid)}`);
  const files = path.join(work, 'files');
  await mkdir(files, { recursive: true });
  try {
    const problem = await withPackageLists(work, log, async (options) => {
      log(`downloading ${PACKAGE} …`);
      const result = await run('apt-get', [...options, 'download', PACKAGE], {
        cwd: work,
        deadlineMs: DOWNLOAD_DEADLINE_MS,
      });
      return result.ok ? null : `apt-get download: ${result.problem}, ${complaintOf(result.output)}`;
    });
    const broken = problem ?? (await unpackPackages(work, files));
    if (broken !== null) return broken;
    await rm(target, { recursive: true, force: true });
    await rename(files, target);
    return null;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
