import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { complaintOf, findComplaint, run } from './command.mjs';

const UPDATE_DEADLINE_MS = 180_000;
const UNPACK_DEADLINE_MS = 60_000;

/**
 * Does with apt what needs the lists of packages; where those of the machine are absent or outdated, once more with lists of
 * our own, which takes no root.
 * @param {string} work a folder for those lists
 * @param {import('../terminal/progress.mjs').Log} log
 * @param {(options: readonly string[]) => Promise<string | null>} attempt gets options for apt-get; says why it did not
 * work, or null where it did
 * @returns {Promise<string | null>} as `attempt`
 */
export async function withPackageLists(work, log, attempt) {
  if ((await attempt([])) === null) return null;
  const configuration = path.join(work, 'apt.conf');
  await mkdir(path.join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(path.join(work, 'archives', 'partial'), { recursive: true });
  await writeFile(
    configuration,
    [
      `Dir::State::Lists "${work}/lists";`,
      `Dir::Cache "${work}";`,
      'Acquire::Languages "none";',
      // Hooks of the machine that tidy up or index after an update; they want root.
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      '',
    ].join('\n'),
  );
  log('fetching the package lists of this system …');
  // One source of several may fail, and need not matter: whether the package is known afterwards decides.
  const update = await run('apt-get', ['-c', configuration, 'update'], { deadlineMs: UPDATE_DEADLINE_MS });
  const problem = await attempt(['-c', configuration]);
  const complaint = findComplaint(update.output);
  return problem === null || complaint === undefined ? problem : `${problem} (${complaint})`;
}

/**
 * Unpacks the packages of a folder into another one, and installs nothing.
 * @param {string} from
 * @param {string} into
 * @returns {Promise<string | null>} why it did not work, or null where it did
 */
export async function unpackPackages(from, into) {
  for (const name of (await readdir(from)).filter((file) => file.endsWith('.deb'))) {
    const result = await run('dpkg-deb', ['-x', path.join(from, name), into], { deadlineMs: UNPACK_DEADLINE_MS });
    if (!result.ok) return `dpkg-deb -x ${name}: ${result.problem} ${complaintOf(result.output)}`;
  }
  return null;
}
