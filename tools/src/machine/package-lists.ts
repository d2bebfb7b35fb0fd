import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findComplaint, run } from './command.js';
import type { Log } from '../terminal/progress.js';

const UPDATE_DEADLINE_MS = 180_000;

/**
 * Does something with apt-get, without root: with the lists of packages of the machine, and with lists of our own, below
 * `work`, where those are absent or outdated.
 * @param attempt says why it did not work, or null
 * @returns why it did not work, or null where it did
 */
export async function withPackageLists(
  attempt: (aptOptions: readonly string[]) => Promise<string | null>,
  { work, log }: { work: string; log: Log },
): Promise<string | null> {
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
